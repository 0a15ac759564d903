using System.Security.Cryptography;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>A trained network whose outputs another one learns. It keeps no state from step to step, and draws nothing.</summary>
internal sealed class Teacher : IDisposable
{
    private readonly CnnTransformer _model;
    private readonly IDisposable _use;
    private readonly bool _isLoadedHere;
    private readonly TeacherInput _input;
    private readonly DistillationLoss _loss;
    private readonly long[]? _places; // of the common classes among the teacher's; null: all, in the same order

    private Teacher(CnnTransformer model, bool isLoadedHere, DistillationLoss loss, ImagePreprocessing student, IReadOnlyList<string> classes)
    {
        (_model, _isLoadedHere, _loss) = (model, isLoadedHere, loss);
        _input = new(student, model);
        _places = Places(model.ClassNames, classes);
        _use = model.Scorer.Single.Claim.Use();
    }

    /// <summary>Finds the teacher, and what it has in common with the network that learns.</summary>
    /// <param name="environment">Loads it where it is a file.</param>
    /// <param name="distillation">Where it is, and how it teaches.</param>
    /// <param name="student">How images become the learning network's input.</param>
    /// <param name="classes">The learning network's classes.</param>
    /// <exception cref="ArgumentException">There is no such network, it does not know the classes, or its images have other channels.</exception>
    public static Teacher Open(IHostEnvironment environment, Distillation distillation, ImagePreprocessing student, IReadOnlyList<string> classes)
    {
        var transformer = distillation.Teacher ?? ModelFiles.Load(environment, distillation.TeacherPath!);
        var name = distillation.TeacherPath is { } path ? $"'{path}'" : "The teacher";
        var model = CnnClassifier.Find(transformer) switch
        {
            CnnTransformer found => found,
            null => throw Wrong($"{name} is an ML.NET model without a convolutional network of this library."),
            _ => throw Wrong($"{name} is an ensemble; a teacher is one network. Give one of its networks, or distil each."),
        };
        var isLoadedHere = distillation.Teacher is null;
        try
        {
            return new(model, isLoadedHere, new(distillation.Temperature, distillation.Share), student, classes);
        }
        catch when (isLoadedHere)
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The network and the SHA-256 of its weights.</summary>
    public string Fingerprint()
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            ModuleState.Save(Network, stream);
        return $"{_model.Architecture.Name} {Convert.ToHexStringLower(hash.Hash!)}";
    }

    /// <summary>Each image's loss by what the teacher says of it, N values.</summary>
    /// <param name="logits">The learning network's output, N × classes.</param>
    /// <param name="images">Its input.</param>
    public Tensor LossOfEach(Tensor logits, Tensor images) => _loss.OfEach(logits, Logits(images));

    /// <summary>The loss with the labels and the one with the teacher, as one.</summary>
    public Tensor Join(Tensor labels, Tensor teacher) => _loss.Join(labels, teacher);

    public void Dispose()
    {
        _use.Dispose();
        if (_isLoadedHere)
            _model.Dispose();
    }

    private Module<Tensor, Tensor> Network => _model.Scorer.Network;

    private Tensor Logits(Tensor images)
    {
        using var noGradient = no_grad();
        var plan = _model.Scorer.Single.Plan;
        var seen = _input.Of(images.detach()).to(plan.Device);
        var logits = Network.forward(plan.ChannelsLast ? seen : seen.contiguous()).to(float32).to(images.device);
        return _places is null ? logits : logits.index_select(1, tensor(_places, device: images.device));
    }

    private static long[]? Places(IReadOnlyList<string> teacher, IReadOnlyList<string> classes)
    {
        string[] missing = [.. classes.Except(teacher)];
        if (missing.Length > 0)
            throw Wrong($"The teacher does not know {Listing.Of(missing)}, which the label column has. It knows {Listing.Of(teacher)}.");
        if (classes.SequenceEqual(teacher))
            return null;
        var places = teacher.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => (long)pair.place);
        return [.. classes.Select(name => places[name])];
    }

    private static ArgumentException Wrong(string message) => OptionCheck.Unfit(nameof(CnnTrainerOptions.Distillation), message);
}
