using System.Security.Cryptography;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Settings;
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
    private readonly CommonClasses _classes;

    private Teacher(CnnTransformer model, bool isLoadedHere, DistillationLoss loss, ImagePreprocessing student, IReadOnlyList<string> classes,
        bool mayLackClasses)
    {
        (_model, _isLoadedHere, _loss) = (model, isLoadedHere, loss);
        _input = new(student, model);
        _classes = new(model.ClassNames, classes, mayLackClasses);
        _use = model.Scorer.Single.Claim.Use();
    }

    /// <summary>Finds the teacher, and what it has in common with the network that learns.</summary>
    /// <param name="environment">Loads it where it is a file.</param>
    /// <param name="distillation">Where it is, and how it teaches.</param>
    /// <param name="student">How images become the learning network's input.</param>
    /// <param name="classes">The learning network's classes.</param>
    /// <param name="mayLackClasses">Whether some of these may be new to the teacher.</param>
    /// <exception cref="ArgumentException">There is no such network, it does not know the classes, or its images have other channels.</exception>
    public static Teacher Open(IHostEnvironment environment, Distillation distillation, ImagePreprocessing student, IReadOnlyList<string> classes,
        bool mayLackClasses)
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
            return new(model, isLoadedHere, new(distillation.Temperature, distillation.Share), student, classes, mayLackClasses);
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
    public Tensor LossOfEach(Tensor logits, Tensor images) => _loss.OfEach(_classes.OfStudent(logits), _classes.OfTeacher(Logits(images)));

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
        return Network.forward(plan.ChannelsLast ? seen : seen.contiguous()).to(float32).to(images.device);
    }

    private static ArgumentException Wrong(string message) => OptionCheck.Unfit(nameof(CnnTrainerOptions.Distillation), message);
}
