#!/usr/bin/env python3
"""Draws the pictures in this folder and what Pillow and torchvision make of them.

Needs Python 3.9+, Pillow 9.1+, torchvision 0.14+ (Debian: python3-pil, python3-torchvision) and numpy.
Run it in this folder: ./generate.py
The file names carry what a test has to do: resize-MODE-FILTER-WIDTHxHEIGHT.png, chain-SOURCE-FILTER-SHORT-HEIGHTxWIDTH.png,
crops-SOURCE-COUNT-SHORT-HEIGHTxWIDTH.png (the crops one below the other).
"""
import os

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageOps
from torchvision import transforms

os.chdir(os.path.dirname(os.path.abspath(__file__)))
BILINEAR, BICUBIC = Image.Resampling.BILINEAR, Image.Resampling.BICUBIC


def draw(width, height):
    """Smooth colors, hard edges, thin lines, one noisy corner, transparent and half transparent parts."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    pixels = np.stack([
        128 + 127 * np.sin(x / width * 5),
        255 * y / max(1, height - 1),
        128 + 127 * np.cos((x + y) / (width + height) * 9),
        np.clip(300 * x / width, 0, 255),
    ], axis=2)
    rng = np.random.RandomState(7)
    corner = (slice(0, height // 4), slice(0, width // 4), slice(0, 3))
    pixels[corner] = rng.randint(0, 256, pixels[corner].shape)
    image = Image.fromarray(pixels.astype(np.uint8), "RGBA")
    pen = ImageDraw.Draw(image)
    pen.ellipse((width * 0.4, height * 0.2, width * 0.9, height * 0.8), fill=(250, 20, 10, 255), outline=(255, 255, 255, 255))
    pen.rectangle((width * 0.1, height * 0.6, width * 0.3, height * 0.9), fill=(0, 0, 0, 0))
    pen.rectangle((width * 0.5, height * 0.7, width * 0.7, height * 0.95), fill=(0, 0, 255, 120))
    for i in range(0, width, 5):
        pen.line((i, height * 0.4, i + 3, height * 0.5), fill=(255, 255, 0, 255))
    return image


def save(image, name, **options):
    image.save(name, optimize=True, **options) if name.endswith(".png") else image.save(name, **options)


def on_white(image):
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def resized():
    source = draw(53, 41)
    for mode, name in (("RGB", "rgb"), ("L", "gray"), ("RGBA", "rgba")):
        image = source.convert("RGB").convert(mode) if mode != "RGBA" else source
        save(image, f"source-{name}.png")
        for filter_name, resample in (("bilinear", BILINEAR), ("bicubic", BICUBIC)):
            for size in ((19, 23), (67, 50), (53, 20), (20, 41), (5, 3)):
                save(image.resize(size, resample), f"resize-{name}-{filter_name}-{size[0]}x{size[1]}.png")


def chains():
    for name, size in (("wide", (75, 50)), ("tall", (41, 63))):
        image = draw(*size).convert("RGB")
        save(image, f"source-{name}.png")
        # The last one asks for more than the resized image has: torchvision fills with black.
        for short, (height, width) in ((32, (28, 28)), (27, (20, 25)), (50, (47, 33)), (24, (30, 24))):
            for filter_name, mode in (("bilinear", BILINEAR), ("bicubic", BICUBIC)):
                chain = transforms.Compose([
                    transforms.Resize(short, interpolation=transforms.InterpolationMode(filter_name)),
                    transforms.CenterCrop((height, width))])
                save(chain(image), f"chain-{name}-{filter_name}-{short}-{height}x{width}.png")


def crops():
    for name, size in (("wide", (75, 50)), ("tall", (41, 63))):
        image = transforms.Resize(40)(draw(*size).convert("RGB"))
        for count, crop in ((5, transforms.FiveCrop((33, 28))), (10, transforms.TenCrop((33, 28)))):
            parts = [np.asarray(part) for part in crop(image)]
            save(Image.fromarray(np.concatenate(parts)), f"crops-{name}-{count}-40-33x28.png")


def orientations():
    upright = draw(40, 24).convert("RGB")
    save(upright, "upright.png")
    # The stored picture is the upright one after the inverse of what a viewer has to do.
    inverse = {1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
               5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}
    for orientation, operation in inverse.items():
        stored = upright if operation is None else upright.transpose(operation)
        exif = Image.Exif()
        exif[0x0112] = orientation
        name = f"orientation-{orientation}.jpg"
        stored.save(name, quality=95, subsampling=0, exif=exif)
        turned = ImageOps.exif_transpose(Image.open(name)).convert("RGB")
        assert turned.size == upright.size
        assert np.abs(np.asarray(turned, int) - np.asarray(upright, int)).mean() < 6


def formats():
    rgba = draw(37, 29)
    rgb = rgba.convert("RGB")

    def check(name, expected=None):
        save(expected or on_white(Image.open(name)), f"expected-{name}.png")

    rgb.save("baseline.jpg", quality=90)
    rgb.save("progressive.jpg", quality=90, progressive=True, subsampling=0)
    rgb.convert("L").save("gray.jpg", quality=90)
    rgb.convert("CMYK").save("cmyk.jpg", quality=95)
    for name in ("baseline.jpg", "progressive.jpg", "gray.jpg", "cmyk.jpg"):
        check(name)

    rgb.quantize(17).save("palette.png")
    check("palette.png")
    palette = rgb.quantize(5)
    palette.save("palette-transparent.png", transparency=2)
    check("palette-transparent.png")
    rgba.save("alpha.png")
    check("alpha.png")
    rgba.convert("LA").save("gray-alpha.png")
    check("gray-alpha.png")
    rgb.convert("1").save("one-bit.png")
    check("one-bit.png")
    gray16 = (np.asarray(rgb.convert("L"), np.uint16) * 257)
    Image.fromarray(gray16).save("gray-16.png")
    check("gray-16.png", rgb.convert("L").convert("RGB"))
    write_png("rgb-16.png", np.asarray(rgb, np.uint16) * 257, bits=16)
    check("rgb-16.png", rgb)
    write_png("interlaced.png", np.asarray(rgb), bits=8, interlaced=True)
    assert not ImageChops.difference(Image.open("interlaced.png").convert("RGB"), rgb).getbbox()
    check("interlaced.png")

    rgb.save("lossless.webp", lossless=True)
    check("lossless.webp")
    rgb.save("lossy.webp", quality=80)
    check("lossy.webp")
    rgba.save("alpha.webp", lossless=True, exact=True)
    check("alpha.webp")
    rgb.save("color.bmp")
    check("color.bmp")
    rgb.quantize(20).save("palette.bmp")
    check("palette.bmp")
    frames = [rgb.quantize(30), ImageOps.invert(rgb).quantize(30)]
    frames[0].save("two-frames.gif", save_all=True, append_images=frames[1:], duration=100)
    check("two-frames.gif")


def write_png(name, pixels, bits, interlaced=False):
    """A PNG writer for what Pillow does not write: 16 bits per color, and Adam7."""
    import struct
    import zlib
    height, width, _ = pixels.shape

    def rows(part):
        return b"".join(b"\0" + row.astype(">u2" if bits == 16 else np.uint8).tobytes() for row in part)

    if interlaced:
        passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
        data = b"".join(rows(pixels[y::dy, x::dx]) for y, x, dy, dx in passes if pixels[y::dy, x::dx].size)
    else:
        data = rows(pixels)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, int(interlaced)))
                   + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


if __name__ == "__main__":
    resized()
    chains()
    crops()
    orientations()
    formats()
