using System.Reflection;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// Marks a static method that makes a network of the user's own, so that a saved model which names the method may call
/// it when it is loaded. A model file can call nothing that does not carry this mark.
/// </summary>
/// <remarks>The method takes the number of channels and of classes and returns the network: <c>static Module&lt;Tensor, Tensor&gt; Make(int channels, int classes)</c>.</remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CnnNetworkAttribute : Attribute;

/// <summary>A network of the user's own as an <see cref="Architecture"/>.</summary>
internal static class UserNetwork
{
    /// <summary>The name of every such network.</summary>
    public const string Name = "custom";

    public static Architecture From(Func<int, int, Module<Tensor, Tensor>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var type = factory.Method.DeclaringType; // null for code compiled at run time
        return From(factory, new Dictionary<string, string>
        {
            ["assembly"] = type?.Assembly.GetName().Name ?? "",
            ["type"] = type?.FullName ?? "",
            ["method"] = factory.Method.Name,
        });
    }

    /// <summary>Finds the marked method that a saved model names.</summary>
    /// <exception cref="FormatException">There is no such method, or it is not marked with <see cref="CnnNetworkAttribute"/>.</exception>
    public static Architecture Find(IReadOnlyDictionary<string, string> settings)
    {
        if (!settings.TryGetValue("assembly", out var assembly) || !settings.TryGetValue("type", out var type) || !settings.TryGetValue("method", out var name))
            throw new FormatException("it does not say which method makes its network");
        try
        {
            var method = Assembly.Load(new AssemblyName(assembly)).GetType(type, throwOnError: true)!
                .GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, [typeof(int), typeof(int)]);
            if (method is not null && IsMarked(method))
                return From(method.CreateDelegate<Func<int, int, Module<Tensor, Tensor>>>(), settings);
        }
        catch (Exception e) when (e is IOException or TypeLoadException or BadImageFormatException or ArgumentException or AmbiguousMatchException)
        {
            throw new FormatException($"its network is made by {type}.{name} in the assembly {assembly}, which cannot be found: {e.Message}", e);
        }
        throw new FormatException($"its network is made by {type}.{name} in the assembly {assembly}, which must be a static method marked [CnnNetwork] that takes channels and classes");
    }

    private static bool IsMarked(MethodInfo method) => method.IsStatic && method.IsDefined(typeof(CnnNetworkAttribute), inherit: false);

    private static Architecture From(Func<int, int, Module<Tensor, Tensor>> factory, IReadOnlyDictionary<string, string> settings) => new()
    {
        Name = Name,
        Family = "Custom",
        Paper = "The user's own network.",
        Year = DateTime.UtcNow.Year,
        ImageSize = 224,
        MinimumImageSize = 1,
        Normalization = Normalization.ImageNet,
        Training = new(BatchSize: 32, LearningRate: 0.01, WeightDecay: 5e-4),
        Head = "",
        Stages = [],
        Settings = settings,
        CanBeLoaded = IsMarked(factory.Method),
        Build = shape => factory(shape.Channels, shape.Classes),
    };
}
