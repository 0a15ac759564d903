using Ml.Cnn.Trainers.Collectives;

namespace Ml.Cnn.Trainers.Tests.Collectives;

/// <summary>Who started a process, and what it may use of its machine.</summary>
[TestClass]
public sealed class LaunchTests
{
    /// <summary>Protects the choice of MPI: by the variables of the launcher that stands closest to the process.</summary>
    [TestMethod]
    [DataRow("", null)]
    [DataRow("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=8 OMPI_COMM_WORLD_LOCAL_RANK=1 PMIX_RANK=3", "OpenMpi 3 8 1")]
    [DataRow("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=8 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=2 SLURM_LOCALID=0", "OpenMpi 3 8 0")]
    [DataRow("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1", null)]
    [DataRow("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 MLCNN_GROUP_OF_ONE=1", "OpenMpi 0 1 ")]
    [DataRow("PMI_RANK=1 PMI_SIZE=2 MPI_LOCALRANKID=1", "Mpich 1 2 1")]
    [DataRow("PMIX_RANK=5 SLURM_STEP_NUM_TASKS=6 SLURM_PROCID=5 SLURM_LOCALID=2", "OpenMpi 5 6 2")]
    [DataRow("MASTER_ADDR=node1 MASTER_PORT=29500 RANK=1 WORLD_SIZE=4 LOCAL_RANK=1", "Torchrun 1 4 1")]
    [DataRow("RANK=1 WORLD_SIZE=4", null)]
    [DataRow("SLURM_PROCID=2 SLURM_STEP_NUM_TASKS=4 SLURM_LOCALID=0", "SlurmWithoutMpi 2 4 0")]
    [DataRow("SLURM_PROCID=0 SLURM_NTASKS=4", null)] // a batch script, of which there is one
    public void A_launcher_is_known_by_its_variables(string variables, string? expected)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=')).ToDictionary(one => one[0], one => one[1]);
        var launch = Launch.Find(values.GetValueOrDefault);
        Assert.AreEqual(expected, launch is null ? null : $"{launch.Launcher} {launch.Rank} {launch.World} {launch.LocalRank}");
    }

    [TestMethod]
    public void A_variable_that_is_no_number_is_named()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Launch.Find(name => name == "PMI_RANK" ? "one" : null));
        Assert.Contains("PMI_RANK must be a whole number from 0, not 'one'", error.Message);
    }

    /// <summary>Protects a machine from more threads than it has cores, and from fewer: processes share those that they all may run on.</summary>
    [TestMethod]
    public void Cores_are_shared_with_the_processes_that_may_run_on_them()
    {
        GroupMember Member(int rank, string host, params int[] processors) => new(rank, host, 1, host, processors);
        GroupMember[] bound = [Member(0, "a", 0), Member(1, "a", 1), Member(2, "b", 0)];
        foreach (var member in bound)
            Assert.AreEqual(1, member.Cores(bound));
        GroupMember[] free = [Member(0, "a", 0, 1, 2, 3), Member(1, "a", 0, 1, 2, 3), Member(2, "b", 0, 1)];
        Assert.AreEqual(Math.Min(2, Environment.ProcessorCount), free[0].Cores(free));
        Assert.AreEqual(Math.Min(2, Environment.ProcessorCount), free[2].Cores(free));
        GroupMember[] crowded = [.. Enumerable.Range(0, 5).Select(rank => Member(rank, "a", 0, 1))];
        Assert.AreEqual(1, crowded[4].Cores(crowded));
    }

    /// <summary>Protects the message that names a process which was killed: one that nobody has waited for still has a number.</summary>
    [TestMethod]
    public void A_process_that_has_ended_is_known_by_its_number()
    {
        var self = GroupMember.Self(0);
        Assert.IsFalse(self.HasEnded(self));
        Assert.AreEqual(self.ToString(), GroupMember.Parse(self.ToLine(), 0).ToString());
        using var process = System.Diagnostics.Process.Start("dotnet", ["--version"]);
        process.WaitForExit();
        Assert.IsTrue((self with { ProcessId = process.Id }).HasEnded(self));
        Assert.IsFalse((self with { ProcessId = process.Id, Space = "another machine" }).HasEnded(self));
    }
}
