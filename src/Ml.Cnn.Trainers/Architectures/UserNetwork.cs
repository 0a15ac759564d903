using System.Reflection;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>The method that builds a network of the user's own: named by a saved model, found again when the model is loaded.</summary>
internal static class UserNetwork
{
    /// <summary>The name of every network that is given as a method of channels and classes, with no <see cref="Architecture"/>.</summary>
    public const string Name = "custom";

    private const string AssemblyKey = "assembly";
    private const string TypeKey = "type";
    private const string MethodKey = "method";

    /// <summary>The settings that name the method.</summary>
    public static IReadOnlyList<string> Keys { get; } = [AssemblyKey, TypeKey, MethodKey];

    /// <summary>A network that is only a method: no stages, no head, images of 224 × 224 pixels.</summary>
    public static Architecture From(Func<int, int, Module<Tensor, Tensor>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return From(factory, NameOf(factory.Method));
    }

    /// <summary>Whether the settings in a saved model are those of a network of the user's own.</summary>
    public static bool IsNamedBy(IReadOnlyDictionary<string, string> settings) => settings.ContainsKey(MethodKey);

    /// <summary>Whether a saved model may call the method.</summary>
    public static bool IsMarked(MethodInfo method) => method.IsStatic && method.IsDefined(typeof(CnnNetworkAttribute), inherit: false);

    /// <summary>The method's assembly, type and name.</summary>
    public static Dictionary<string, string> NameOf(MethodInfo method)
    {
        var type = method.DeclaringType; // null for code compiled at run time
        return new() { [AssemblyKey] = type?.Assembly.GetName().Name ?? "", [TypeKey] = type?.FullName ?? "", [MethodKey] = method.Name };
    }

    /// <summary>Finds the marked method that a saved model names.</summary>
    /// <param name="architecture">The network's name in the saved model.</param>
    /// <param name="settings">Its settings there.</param>
    /// <exception cref="FormatException">
    /// There is no such method, it is not marked with <see cref="CnnNetworkAttribute"/>, or a setting has no valid value.
    /// </exception>
    public static Architecture Find(string architecture, IReadOnlyDictionary<string, string> settings) => architecture == Name
        ? From(Marked<Func<int, int, Module<Tensor, Tensor>>>(settings, "takes channels and classes", typeof(int), typeof(int)), settings)
        : ArchitectureDeclaration.Read(new Architecture(architecture,
            Marked<Func<NetworkShape, Module<Tensor, Tensor>>>(settings, $"takes a {nameof(NetworkShape)}", typeof(NetworkShape))), Keys, settings);

    private static TMethod Marked<TMethod>(IReadOnlyDictionary<string, string> settings, string takes, params Type[] parameters) where TMethod : Delegate
    {
        if (!settings.TryGetValue(AssemblyKey, out var assembly) || !settings.TryGetValue(TypeKey, out var type)
            || !settings.TryGetValue(MethodKey, out var name))
        {
            throw new FormatException("it does not say which method makes its network");
        }
        try
        {
            var method = Assembly.Load(new AssemblyName(assembly)).GetType(type, throwOnError: true)!
                .GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, parameters);
            if (method is not null && IsMarked(method))
                return method.CreateDelegate<TMethod>();
        }
        catch (Exception e) when (e is IOException or TypeLoadException or BadImageFormatException or ArgumentException or AmbiguousMatchException)
        {
            throw new FormatException($"its network is made by {type}.{name} in the assembly {assembly}, which cannot be found: {e.Message}", e);
        }
        throw new FormatException($"its network is made by {type}.{name} in the assembly {assembly}, which must be a static method marked [CnnNetwork] "
            + $"that {takes}");
    }

    private static Architecture From(Func<int, int, Module<Tensor, Tensor>> factory, IReadOnlyDictionary<string, string> settings) => new()
    {
        Name = Name,
        Family = "Custom",
        Paper = "The user's own network.",
        Year = null,
        ImageSize = 224,
        MinimumImageSize = 1,
        Normalization = Normalization.ImageNet,
        Training = new() { BatchSize = 32, LearningRate = 0.01, WeightDecay = 5e-4 },
        Head = "",
        Stages = [],
        Settings = settings,
        CanBeLoaded = IsMarked(factory.Method),
        Build = shape => factory(shape.Channels, shape.Classes),
    };
}
