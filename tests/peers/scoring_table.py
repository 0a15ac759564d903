"""Makes the tables of `tests/benchmark scoring` from its lines "job<TAB>side<TAB>JSON", one for each process."""
import json
import statistics
import sys

OURS = ("ours float32", "ours bfloat16")


def main(path):
    runs = {}  # job → side → its processes' lines, in the order in which they came
    for line in open(path, encoding="utf-8"):
        job, side, result = line.rstrip("\n").split("\t")
        runs.setdefault(job, {}).setdefault(side, []).append(json.loads(result))
    print("| job | side | images/s | p50, p95, p99 in ms | peak, MiB |\n|---|---|---|---|---|")
    for job, sides in runs.items():
        for side, results in sides.items():
            middle = sorted(results, key=lambda result: result["images_per_second"])[len(results) // 2]
            times = ", ".join(f"{middle[key]:,.0f}" if middle[key] >= 1000 else f"{middle[key]:.3g}" for key in ("p50_ms", "p95_ms", "p99_ms") if key in middle)
            print(f"| {job} | {side} | {rounded(rate(results))} | {times} | {max(result['peak_rss_mib'] for result in results):,} |")
    print("\n| job | ours float32 of the quickest float32 | ours bfloat16 of the quickest of all others |\n|---|---|---|")
    for job, sides in runs.items():
        print(f"| {job} | {lead(sides, OURS[0], lambda side: 'bfloat16' not in side)} | {lead(sides, OURS[1], lambda side: True)} |")


def rate(results):
    return statistics.median(result["images_per_second"] for result in results)


def rounded(number):
    return f"{number:,.0f}" if number >= 1000 else f"{number:.1f}"


def lead(sides, ours, is_peer):
    """Our rate as a share of the quickest peer's: the median over the rounds, whose sides ran closest together."""
    peers = [side for side in sides if side not in OURS and is_peer(side)]
    if ours not in sides or not peers:
        return ""
    best = max(peers, key=lambda side: rate(sides[side]))
    pairs = list(zip(sides[ours], sides[best]))
    ratio = statistics.median(mine["images_per_second"] / theirs["images_per_second"] for mine, theirs in pairs)
    return f"{ratio:.2f} ({best})"


if __name__ == "__main__":
    main(sys.argv[1])
