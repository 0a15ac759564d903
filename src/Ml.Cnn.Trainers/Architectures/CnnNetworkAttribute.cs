namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// Marks a static method that builds a network of the user's own, so that a saved model which names the method may call
/// it when it is loaded. A model file can call nothing that does not carry this mark.
/// </summary>
/// <remarks>
/// The method takes a <see cref="NetworkShape"/>, or the numbers of channels and of classes, and returns the network:
/// <c>static Module&lt;Tensor, Tensor&gt; Build(NetworkShape shape)</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CnnNetworkAttribute : Attribute;
