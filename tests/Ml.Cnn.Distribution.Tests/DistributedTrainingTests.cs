using System.Text.Json;

namespace Ml.Cnn.Distribution.Tests;

/// <summary>One training on several processes, under the mpirun of Open MPI and of MPICH, and under torchrun.</summary>
[TestClass]
public sealed class DistributedTrainingTests
{
    /// <summary>Protects the C functions, handles and types of both implementations: every operation, small and large, in each type.</summary>
    [TestMethod]
    [DataRow(GroupRun.OpenMpi, "Open MPI")]
    [DataRow(GroupRun.Mpich, "MPICH")]
    [DataRow(GroupRun.Torchrun, "torchrun's store at")]
    [DataRow(GroupRun.Variables, "torchrun's store at 127.0.0.1:")]
    public void Every_collective_operation_gives_what_it_should(string implementation, string name)
    {
        var result = GroupRun.Run(implementation, 3, GroupRun.Worker, "collectives");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains(name, result.Output);
        Assert.Contains("3 processes", result.Output);
    }

    /// <summary>Protects what this is for: several processes come to one process's weights, to the same bits in all, however uneven their shares are.</summary>
    [TestMethod]
    [DataRow(GroupRun.OpenMpi, 2, 30)]
    [DataRow(GroupRun.Variables, 3, 20)]
    [DataRow(GroupRun.Mpich, 4, 11)] // 90 = 2 · 44 + 2: in the last step two of the four have no image
    public void Processes_train_what_one_process_trains(string implementation, int processes, int batchSize)
    {
        using var folder = new TemporaryFolder();
        var plan = new TrainingPlan
        {
            Folder = Path.Join(folder.Path, "together"),
            BatchSize = batchSize,
            Epochs = 2,
            ValidationImages = 31,
            LearningRate = 0.05,
        };
        var alone = plan with { Folder = Path.Join(folder.Path, "alone"), BatchSize = batchSize * processes };
        var together = GroupRun.Complete(implementation, processes, plan);
        var expected = GroupRun.Complete(null, 1, alone);
        Assert.AreEqual(0, GroupRun.LargestDifference(alone.Folder, plan.Folder), 1e-4);
        foreach (var (one, other) in expected.Epochs.Zip(together.Epochs))
        {
            Assert.AreEqual((one.Images, one.Steps, one.LearningRate), (other.Images, other.Steps, other.LearningRate));
            Assert.AreEqual(one.Loss, other.Loss, 1e-4);
            Assert.AreEqual(one.ValidationLoss!.Value, other.ValidationLoss!.Value, 1e-4);
        }
    }

    /// <summary>
    /// Protects a frozen backbone's work from being done by every process: each runs it on its own images, all have the features of all, and what is trained
    /// on them is what one process trains.
    /// </summary>
    [TestMethod]
    [DataRow(GroupRun.OpenMpi)]
    [DataRow(GroupRun.Variables)]
    public void A_frozen_backbone_runs_on_each_process_s_own_images(string implementation)
    {
        using var folder = new TemporaryFolder();
        var whole = new TrainingPlan { Folder = Path.Join(folder.Path, "whole"), Images = 700, BatchSize = 30, ValidationImages = 31 };
        GroupRun.Complete(null, 1, whole);
        var alone = whole with { Folder = Path.Join(folder.Path, "alone"), Backbone = Path.Join(whole.Folder, "rank-0.safetensors"), Epochs = 2 };
        var plan = alone with { Folder = Path.Join(folder.Path, "together"), BatchSize = 10 };
        var (expected, together) = (GroupRun.Complete(null, 1, alone), GroupRun.Complete(implementation, 3, plan));
        Assert.Contains("84 features of every image are kept; ", expected.Features!);
        Assert.Contains("84 features of every image are kept, those of 234 images computed here", together.Features!);
        Assert.AreEqual(0, GroupRun.LargestDifference(alone.Folder, plan.Folder), 1e-5);
        Assert.IsGreaterThan(1e-3, GroupRun.LargestDifference(whole.Folder, plan.Folder), "the head has moved");
        foreach (var (one, other) in expected.Epochs.Zip(together.Epochs))
        {
            Assert.AreEqual((one.Images, one.Steps), (other.Images, other.Steps));
            Assert.AreEqual(one.Loss, other.Loss, 1e-5);
            Assert.AreEqual(one.ValidationLoss!.Value, other.ValidationLoss!.Value, 1e-5);
        }
    }

    /// <summary>
    /// Protects the way of many processes from changing anything by itself: one process that goes it has, to the bit, the weights of one alone.
    /// </summary>
    [TestMethod]
    public void A_group_of_one_trains_what_a_process_alone_trains()
    {
        using var folder = new TemporaryFolder();
        var plan = new TrainingPlan { Folder = Path.Join(folder.Path, "alone"), Network = "squeezenet1_1", Images = 32, BatchSize = 16, ValidationImages = 9 };
        var group = plan with { Folder = Path.Join(folder.Path, "group") };
        var (expected, actual) = (GroupRun.Complete(null, 1, plan), GroupRun.Complete(GroupRun.GroupOfOne, 1, group));
        Assert.AreEqual(0, GroupRun.LargestDifference(plan.Folder, group.Folder));
        Assert.AreEqual(expected.Epochs[0].Loss, actual.Epochs[0].Loss);
    }

    /// <summary>
    /// Protects the gradient with batch normalization over all processes, in a network with many: one step at a rate at which the rounding of one step is not
    /// magnified by the next, as another memory layout in one process would be, too.
    /// </summary>
    [TestMethod]
    [DataRow(GroupRun.OpenMpi, 2)]
    [DataRow(GroupRun.Mpich, 4)]
    public void Synchronized_batch_normalization_trains_what_one_process_trains(string implementation, int processes)
    {
        using var folder = new TemporaryFolder();
        var plan = new TrainingPlan
        {
            Folder = Path.Join(folder.Path, "together"),
            Network = "resnet18",
            Images = 62, // 48 + 14
            BatchSize = 48 / processes,
            LearningRate = 2e-4,
            SynchronizedBatchNorm = true,
        };
        var alone = plan with { Folder = Path.Join(folder.Path, "alone"), BatchSize = 48 };
        var local = plan with { Folder = Path.Join(folder.Path, "local"), SynchronizedBatchNorm = false };
        GroupRun.Complete(null, 1, alone);
        GroupRun.Complete(implementation, processes, plan);
        var difference = GroupRun.LargestDifference(alone.Folder, plan.Folder);
        Assert.AreEqual(0, difference, 1e-4);
        if (processes > 2)
            return;
        GroupRun.Complete(implementation, processes, local);
        Assert.IsGreaterThan(5 * difference, GroupRun.LargestDifference(alone.Folder, local.Folder), "each by itself is something else");
    }

    /// <summary>Protects a group from a process that dies: all end soon, and training goes on from the last checkpoint, to the same weights.</summary>
    [TestMethod]
    [DataRow(GroupRun.OpenMpi, 0)]
    [DataRow(GroupRun.Mpich, 1)]
    [DataRow(GroupRun.Variables, 0)] // which has the store
    [DataRow(GroupRun.Variables, 1)]
    public void A_killed_process_ends_all_and_training_goes_on_where_it_stopped(string implementation, int killed)
    {
        using var folder = new TemporaryFolder();
        var undisturbed = new TrainingPlan { Folder = Path.Join(folder.Path, "undisturbed"), BatchSize = 15, Epochs = 3 };
        var plan = undisturbed with { Folder = Path.Join(folder.Path, "killed"), Checkpoints = Path.Join(folder.Path, "checkpoints") };
        GroupRun.Complete(implementation, 2, undisturbed);
        var result = GroupRun.Train(implementation, 2, plan with { Event = "killed", Rank = killed, Step = 5 });
        Assert.AreNotEqual(0, result.ExitCode);
        Assert.IsLessThan(TimeSpan.FromSeconds(60), result.Time, "the patience");
        Assert.IsEmpty(Directory.GetFiles(plan.Folder), "nobody trained to the end");
        if (implementation == GroupRun.Variables) // no launcher ends the other
            Assert.Contains($"[{1 - killed}] GroupFailureException", result.Error);
        var record = GroupRun.Complete(implementation, 2, plan);
        Assert.HasCount(3, record.Epochs);
        Assert.AreEqual(0, GroupRun.LargestDifference(undisturbed.Folder, plan.Folder), "to the bit");

        // A single process goes on, too, with batches as large as both processes' together.
        var alone = plan with { Folder = Path.Join(folder.Path, "alone"), BatchSize = 30, Epochs = 3 };
        GroupRun.Complete(null, 1, alone);
    }

    /// <summary>Protects from waiting without end: who hangs, fails or was started otherwise is named by the others, within the patience.</summary>
    [TestMethod]
    [DataRow(GroupRun.OpenMpi, "hangs", "hangs, or its machine cannot be reached. The patience is 3 s.")]
    [DataRow(GroupRun.Mpich, "fails", "failed, and the others cannot go on without it. It said: The disk is full of cats.")]
    [DataRow(GroupRun.Mpich, "other options", "has BatchSize 33, and rank 0")]
    [DataRow(GroupRun.Variables, "hangs", "hangs, or its machine cannot be reached. The patience is 3 s.")]
    [DataRow(GroupRun.Variables, "fails", "failed, and the others cannot go on without it. It said: The disk is full of cats.")]
    public void Who_keeps_the_others_waiting_is_named(string implementation, string what, string expected)
    {
        using var folder = new TemporaryFolder();
        var plan = new TrainingPlan { Folder = Path.Join(folder.Path, "ranks"), Epochs = 3, Event = what, Rank = 1, Step = 4, Patience = 3 };
        var result = GroupRun.Train(implementation, 3, plan);
        Assert.AreNotEqual(0, result.ExitCode);
        Assert.Contains("[0] GroupFailureException", result.Error);
        Assert.Contains("rank 1 (process", result.Error);
        Assert.Contains(expected, result.Error);
    }

    /// <summary>Protects jobs from waiting without end for an MPI that does not end: what the process has to say is said, and its exit code stays.</summary>
    [TestMethod]
    public void A_process_ends_where_MPI_does_not()
    {
        var result = GroupRun.Run(null, 1, GroupRun.Worker, "farewell");
        Assert.AreEqual(3, result.ExitCode, result.Error);
        Assert.AreEqual("trained", result.Output.Trim());
    }

    /// <summary>Protects the command: under mpirun it trains one model, which the first process alone saves and tells of.</summary>
    [TestMethod]
    public void The_command_trains_one_model()
    {
        using var folder = new TemporaryFolder();
        var model = Path.Join(folder.Path, "model.zip");
        var result = GroupRun.Run(GroupRun.OpenMpi, 2, GroupRun.Cli, "train", "--data", "digits:120", "--arch", "lenet5", "--epochs", "2", "--batch-size", "10",
            "--out", model, "--json");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("Distribution 2 processes: Open MPI", result.Error);
        using var json = JsonDocument.Parse(result.Output[result.Output.IndexOf('{', StringComparison.Ordinal)..]); // a terminal's codes may come before it
        Assert.AreEqual(120, json.RootElement.GetProperty("images").GetInt64());
        Assert.AreEqual(2, json.RootElement.GetProperty("epochs").GetArrayLength());
        Assert.IsTrue(File.Exists(model));
    }
}
