using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Ml.Cnn.Trainers.Architectures.Described;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Transforms;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>What one network is: its name, its paper, what it expects of an image, and how its module is built.</summary>
/// <remarks>
/// Every family declares its networks in one file of this folder, beside the module that does the forward pass, and
/// adds one line to <see cref="ArchitectureCatalog"/>. Nothing else in the library asks for a family by name. A network of your own is
/// declared by the constructor, and is then trained, frozen stage by stage, imported, summarized and saved as a built-in one is.
/// </remarks>
/// <example>
/// <code>
/// var network = new Architecture("small", MyNetworks.Build)
/// {
///     ImageSize = 64,
///     Head = "fc",
///     Stages = [["conv1"], ["conv2"], ["fc"]],
/// };
/// var trainer = mlContext.MulticlassClassification.Trainers.Cnn(network, featureColumnName: "Image");
/// </code>
/// </example>
public sealed record Architecture
{
    private readonly Func<NetworkShape, Module<Tensor, Tensor>> _build = _ => throw new InvalidOperationException("The architecture declares no module.");

    private readonly IReadOnlyDictionary<string, string>? _settings;
    private readonly bool _canBeLoaded = true;

    // Only of a network of the user's own.
    private readonly MethodInfo? _builder;

    // Only of a network that is given as data.
    private readonly LayerGraph? _layers;

    internal Architecture() { }

    /// <summary>Declares a network of your own; the properties say more about it than the defaults do.</summary>
    /// <param name="name">The network's name, which no built-in network has.</param>
    /// <param name="build">
    /// Builds the module with fresh weights: from N × channels × height × width to N × classes, before softmax. A static method marked
    /// <see cref="CnnNetworkAttribute"/> lets a saved model be loaded in another process.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty or that of a built-in network.</exception>
    [SetsRequiredMembers]
    public Architecture(string name, Func<NetworkShape, Module<Tensor, Tensor>> build) : this(name)
    {
        ArgumentNullException.ThrowIfNull(build);
        (_build, _builder) = (build, build.Method);
    }

    /// <summary>Declares a network that is given as data: a saved model holds its layers, and needs nothing else to make it again.</summary>
    /// <exception cref="ArgumentException">The name is empty or that of a built-in network.</exception>
    [SetsRequiredMembers]
    internal Architecture(string name, LayerGraph layers) : this(name) => _layers = layers;

    [SetsRequiredMembers]
    private Architecture(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (ArchitectureDeclaration.IsTaken(name))
            throw new ArgumentException($"'{name}' is the name of a network of this library.", nameof(name));
        (Name, Family, Paper, Head) = (name, name, "", "");
        (ImageSize, MinimumImageSize, Training, Stages) = (224, 1, new(), []);
    }

    /// <summary>The network's name: torchvision's where torchvision has it ("resnet18", "vgg16_bn").</summary>
    public required string Name { get; init; }

    /// <summary>The family's name as its paper writes it: "ResNet". Default for a network of your own: its name.</summary>
    public required string Family { get; init; }

    /// <summary>Authors, title and year of the paper that describes the network. Default for a network of your own: "".</summary>
    public required string Paper { get; init; }

    /// <summary>The year of the paper; null without one.</summary>
    public required int? Year { get; init; }

    /// <summary>Height and width of the images that the network was designed for, in pixels. Default for a network of your own: 224.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The smallest height and width that leaves every layer something to work on, in pixels. Default for a network of your own: 1.</summary>
    public required int MinimumImageSize { get; init; }

    /// <summary>How many channels the images have where nothing else says so: 3 (RGB), or 1 (gray) for LeNet.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>How many classes the network was designed for: 1000 (ImageNet), or 10 for digits and CIFAR.</summary>
    public int DefaultClasses { get; init; } = 1000;

    /// <summary>Mean and standard deviation of each channel, for pixels scaled to [0, 1].</summary>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>Batch size, learning rate and weight decay that train this network well where the user gives none.</summary>
    public required TrainingDefaults Training { get; init; }

    /// <summary>
    /// The module path of the last, class-specific layer: "fc" for ResNet, "classifier.6" for VGG. Default for a network of your own: "", so
    /// that weights for other classes cannot be taken over.
    /// </summary>
    public required string Head { get; init; }

    /// <summary>
    /// Module paths of further classifiers between the input and the head, whose losses help while training and which scoring leaves out
    /// (Szegedy et al. 2014, §5). Empty for most networks.
    /// </summary>
    public IReadOnlyList<string> AuxiliaryHeads { get; init; } = [];

    /// <summary>
    /// Module paths whose parameters belong together, from the input to the output, for unfreezing one stage after the
    /// other: "layer1" covers "layer1.0.conv1.weight". Every parameter belongs to exactly one stage, the head's to the last; see
    /// <see cref="StageOf"/>. Default for a network of your own: none, so that it cannot be frozen.
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<string>> Stages { get; init; }

    /// <summary>
    /// What was chosen for this network beyond its name, in invariant text ("activation" → "tanh"). Empty for a network
    /// that its name says all about; for a network of your own all that it declares. Saved with a model, and read back when the model is loaded.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings
    {
        get => _settings ?? (_builder is not null ? ArchitectureDeclaration.Of(this, _builder)
            : _layers is not null ? DescribedNetwork.SettingsOf(this, _layers)
            : ArchitectureSettings.Of(this));
        internal init => _settings = value;
    }

    /// <summary>What training images set in the network before the first step from random weights. Default null: nothing.</summary>
    public ImageInitialization? ImageInitialization { get; init; }

    /// <summary>What training minimizes. Default: cross-entropy.</summary>
    internal ClassificationLoss Loss { get; init; } = ClassificationLoss.CrossEntropy;

    /// <summary>
    /// Makes the network that the given settings describe; this network's own value stands for a setting that is missing, so that
    /// <see cref="Settings"/> are what it asks for where all are missing. Null where there is nothing to choose.
    /// </summary>
    internal Func<ArchitectureSettings, Architecture>? Configure { get; init; }

    /// <summary>
    /// The version that torchvision's module of this network writes beside its state, and asks for when it loads one. Default 1, that of every module
    /// that says nothing else.
    /// </summary>
    internal int StateVersion { get; init; } = 1;

    /// <summary>The layers of a network that is given as data; null for one that code builds.</summary>
    internal LayerGraph? Layers => _layers;

    /// <summary>The weights that came with the network, which training starts from unless told otherwise; null for most.</summary>
    internal ArchitectureWeights? Weights { get; init; }

    /// <summary>Whether a user declared the network, whose module may do what no layer of the library does.</summary>
    internal bool IsUsersOwn => _builder is not null || Name == UserNetwork.Name;

    /// <summary>Whether a saved model can make this network in another process.</summary>
    internal bool CanBeLoaded
    {
        get => _builder is null ? _canBeLoaded : UserNetwork.IsMarked(_builder);
        init => _canBeLoaded = value;
    }

    /// <summary>Builds the module with freshly initialized weights from libtorch's current random state.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The shape is none that the network can take.</exception>
    internal Func<NetworkShape, Module<Tensor, Tensor>> Build
    {
        get => shape =>
        {
            var network = _layers is not null ? DescribedNetwork.Build(this, _layers, Checked(shape))
                : _build(Checked(shape)) ?? throw new InvalidOperationException($"The method that builds {Name} returned null.");
            if (_builder is not null || _layers is not null)
                DeclaredNames.Check(this, network);
            return network;
        };
        init => _build = value;
    }

    /// <summary>
    /// Builds the module without weights, at once and in no memory: its tensors lie on torch's meta device and have a shape and no values.
    /// Libtorch's random state stays as it is.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The shape is none that the network can take.</exception>
    internal Module<Tensor, Tensor> BuildWithoutWeights(NetworkShape shape)
    {
        using var _ = Parameters.On(META);
        var network = Build(shape);
        // What a layer makes by itself lies elsewhere. Moving a whole network takes as long as building it, so only then.
        return network.parameters().Concat(network.buffers()).All(tensor => tensor.device_type == DeviceType.META) ? network : network.to(META);
    }

    /// <summary>The position in <see cref="Stages"/> of the stage that a parameter or buffer belongs to, or −1.</summary>
    /// <param name="name">A name from the network's state, such as "layer1.0.conv1.weight".</param>
    public int StageOf(string name)
    {
        for (var stage = 0; stage < Stages.Count; stage++)
        {
            if (Stages[stage].Any(path => IsUnder(path, name)))
                return stage;
        }
        return -1;
    }

    /// <summary>
    /// Whether a parameter or buffer belongs to the <see cref="Head"/> or one of the <see cref="AuxiliaryHeads"/>, which depend on the number of
    /// classes.
    /// </summary>
    /// <param name="name">A name from the network's state.</param>
    public bool IsHead(string name) => IsUnder(Head, name) || IsAuxiliaryHead(name);

    /// <summary>Whether a parameter or buffer belongs to one of the <see cref="AuxiliaryHeads"/>.</summary>
    internal bool IsAuxiliaryHead(string name) => AuxiliaryHeads.Any(path => IsUnder(path, name));

    /// <summary>Checks what the user declared, before anything is built.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal void Check()
    {
        if (_builder is not null || _layers is not null)
            ArchitectureDeclaration.Check(this);
        else if (!ArchitectureDeclaration.IsTaken(Name))
            throw new ArgumentOutOfRangeException(nameof(Name), Name, "A built-in network keeps its name, by which a saved model is loaded.");
    }

    /// <summary>Whether both are one network with one set of weights; stages and defaults of a user's own may be declared otherwise.</summary>
    internal bool IsSameNetwork(Architecture other)
    {
        if (Name != other.Name || _builder != other._builder || _layers?.ToString() != other._layers?.ToString())
            return false;
        return _builder is not null || _layers is not null
            || Settings.OrderBy(setting => setting.Key).SequenceEqual(other.Settings.OrderBy(setting => setting.Key));
    }

    /// <summary>The same network under settings read from a saved model.</summary>
    /// <param name="settings">What <see cref="Settings"/> held; what is missing stays as it is here.</param>
    /// <exception cref="FormatException">The network knows no such setting or no such value.</exception>
    internal Architecture With(IReadOnlyDictionary<string, string> settings)
    {
        var reader = new ArchitectureSettings(Name, settings);
        var architecture = Configure is null ? this : Configure(reader);
        reader.End();
        return architecture;
    }

    /// <summary>Whether a module path is that of a parameter or of a module around it.</summary>
    internal static bool IsUnder(string path, string name) =>
        name.StartsWith(path, StringComparison.Ordinal) && (name.Length == path.Length || name[path.Length] == '.');

    private NetworkShape Checked(NetworkShape shape)
    {
        if (shape.Channels < 1 || shape.Classes < 1)
            throw new ArgumentOutOfRangeException(nameof(shape), shape, $"{Name} needs at least one channel and one class.");
        if (shape.Height < MinimumImageSize || shape.Width < MinimumImageSize)
        {
            throw new ArgumentOutOfRangeException(nameof(shape), shape,
                $"{Name} needs images of at least {MinimumImageSize}×{MinimumImageSize} pixels; these are {shape.Width}×{shape.Height}.");
        }
        return shape;
    }
}
