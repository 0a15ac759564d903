using MlCnn.Cli.BulkScoring;

namespace MlCnn.Cli.Tests;

/// <summary>Which images a process scores: by the command line, or by what a cluster says.</summary>
[TestClass]
public sealed class ShardTests
{
    [TestMethod]
    [DataRow("3/64", "", "3/64")]
    [DataRow("AUTO", "SLURM_PROCID=3 SLURM_NTASKS=8", "4/8")]
    [DataRow("auto/8", "SLURM_PROCID=3 SLURM_NTASKS=8", "4/8")]
    [DataRow("auto", "SLURM_ARRAY_TASK_ID=10 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_COUNT=4 SLURM_PROCID=0 SLURM_NTASKS=1", "1/4")]
    [DataRow("auto", "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=4", "4/4")]
    [DataRow("auto", "SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_COUNT=4 SLURM_PROCID=2 SLURM_NTASKS=8", "11/32")]
    [DataRow("auto", "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 SLURM_PROCID=0 SLURM_NTASKS=1", "2/2")]
    [DataRow("auto", "PMI_RANK=5 PMI_SIZE=6", "6/6")]
    [DataRow("auto/5", "JOB_COMPLETION_INDEX=0", "1/5")]
    [DataRow("auto/5", "JOB_COMPLETION_INDEX=4", "5/5")]
    public void The_shard_is_what_was_said(string option, string environment, string expected) =>
        Assert.AreEqual(expected, Resolve(option, environment).ToString());

    /// <summary>Protects from shards that nobody scores, or two do, because a variable means something else than it seems.</summary>
    [TestMethod]
    [DataRow("auto", "", "K/N")]
    [DataRow("auto", "JOB_COMPLETION_INDEX=0", "auto/N")]
    [DataRow("auto/5", "JOB_COMPLETION_INDEX=5", "number 5 of 5, counted from 0")]
    [DataRow("auto/4", "SLURM_PROCID=3 SLURM_NTASKS=8", "auto/4: by SLURM_PROCID and SLURM_NTASKS there are 8")]
    [DataRow("auto/4", "SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_COUNT=1", "To run some of the shards again")]
    [DataRow("auto", "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=3", "--array=0-63")]
    [DataRow("auto", "SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=3", "--array=0-63")]
    [DataRow("auto", "SLURM_PROCID=3", "SLURM_NTASKS must be a whole number")]
    [DataRow("auto", "PMI_RANK=-1 PMI_SIZE=6", "PMI_RANK")]
    public void What_the_environment_does_not_say_is_an_error(string option, string environment, string why) =>
        Assert.Contains(why, Assert.ThrowsExactly<UsageException>(() => Resolve(option, environment)).Message);

    [TestMethod]
    [DataRow("0/4")]
    [DataRow("5/4")]
    [DataRow("1/0")]
    [DataRow("auto/0")]
    [DataRow("3")]
    [DataRow("-1/4")]
    [DataRow("1/99999999999")]
    public void What_is_no_shard_is_an_error(string option) =>
        Assert.Contains("--shard", Assert.ThrowsExactly<FormatException>(() => ShardChoice.Parse(option)).Message);

    /// <summary>Protects the whole: each image is in one shard, and shards are of one size but for one image.</summary>
    [TestMethod]
    [DataRow(0, 3)]
    [DataRow(2, 3)]
    [DataRow(1000, 7)]
    public void Every_image_is_in_one_shard(int images, int count)
    {
        var shards = Enumerable.Range(1, count).Select(number => new Shard(number, count)).ToArray();
        for (var image = 0; image < images; image++)
            Assert.AreEqual(1, shards.Count(shard => shard.Owns(image)));
        foreach (var shard in shards)
            Assert.AreEqual(Enumerable.Range(0, images).Count(image => shard.Owns(image)), shard.ImagesOf(images));
        Assert.AreEqual(Path.Join("a", "s-03-of-64.csv"), new Shard(3, 64).FileFor(Path.Join("a", "s.csv")));
        Assert.AreEqual("s.csv", Shard.Whole.FileFor("s.csv"));
    }

    private static Shard Resolve(string option, string environment)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return ShardChoice.Parse(option).Resolve(name => variables.GetValueOrDefault(name));
    }
}
