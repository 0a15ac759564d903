using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms.Columns;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>What networks compute from images, and the columns that take it. Every cursor and thread shares the one mapper.</summary>
/// <param name="environment">Takes warnings.</param>
/// <param name="networks">The networks, in the order of what is computed; one or more.</param>
internal abstract class ImageMapper(IHostEnvironment environment, IReadOnlyList<NetworkComputation> networks) : IDisposable
{
    private int _hasWarned;
    private NetworkInputsPool? _singles;

    /// <summary>The networks.</summary>
    public IReadOnlyList<NetworkComputation> Networks => networks;

    /// <summary>Memory for single images.</summary>
    public NetworkInputsPool Singles => _singles ?? LazyInitializer.EnsureInitialized(ref _singles, () => new(NewInputs));

    /// <summary>Takes warnings.</summary>
    public IHostEnvironment Environment => environment;

    /// <summary>Rows that are mapped in one pass where many are read.</summary>
    public int BatchSize { get; } = networks.Min(network => network.BatchSize);

    /// <summary>The column of images.</summary>
    public abstract string FeatureColumnName { get; }

    /// <summary>What an image that cannot be decoded does.</summary>
    public abstract BadImageHandling OnBadImage { get; }

    /// <summary>Batches that are decoded or computed at a time where many are read.</summary>
    public int BatchesInFlight { get; set; } = networks.Max(network => network.Claim.Engine.BatchesInFlight);

    /// <summary>What the values are called in messages.</summary>
    protected abstract string Output { get; }

    /// <summary>Values per image.</summary>
    public abstract int Length { get; }

    /// <summary>Adds the columns that take the values.</summary>
    public abstract void AddColumns(DataViewSchema.Builder builder);

    /// <summary>A getter of one of these columns.</summary>
    /// <param name="column">Its position among them.</param>
    /// <param name="rows">The images and their values.</param>
    /// <param name="current">Brings the rows up to date and gives the index of the current one.</param>
    public abstract Delegate Getter(int column, MappedRows rows, Func<int> current);

    /// <summary>What the column of images holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type; the message says which are accepted.</exception>
    public ImageColumnFormat Format(DataViewSchema input)
    {
        var model = networks[0].Model;
        return FeatureColumn.Of(input, FeatureColumnName, model.PixelLayout, model.Shape.Channels);
    }

    /// <summary>Decodes rows for every network.</summary>
    public InputDecoder Decoder(ImageColumnFormat format) => new([.. networks.Select(network => network.Decoder(format))]);

    /// <summary>Memory for images on their way to the networks.</summary>
    public NetworkInputs NewInputs() => new([.. networks.Select(network => network.NewInput())]);

    /// <summary>Counts one more who will dispose the networks.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void AddOwner()
    {
        foreach (var network in networks)
            network.Claim.AddOwner();
    }

    /// <summary>Gives the networks up, once for every owner.</summary>
    public void Dispose()
    {
        foreach (var network in networks)
            network.Claim.Dispose();
        if (networks[0].Claim.IsGivenUp)
            Singles.Dispose(); // what is rented is disposed when it comes back
    }

    /// <summary>Prepares what scores single images and batches.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void WarmUp()
    {
        foreach (var network in networks)
            network.WarmUp();
    }

    /// <summary>Begins to compute images that are decoded, and stay as they are until they are computed.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void Launch(NetworkInputs inputs)
    {
        for (var network = 0; network < networks.Count; network++)
            networks[network].Launch(inputs[network]);
    }

    /// <summary>Computes rows that are decoded, and warns of the first whose values are NaN or infinite.</summary>
    /// <param name="rows">As they were decoded.</param>
    /// <param name="inputs">The same, as the networks take them.</param>
    /// <param name="values">Takes <see cref="Length"/> values for each row. Those of a defective row mean nothing.</param>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void Compute(ReadOnlySpan<ImageRow> rows, NetworkInputs inputs, Span<float> values)
    {
        Compute(inputs, values);
        if (!IsFinite(values))
            WarnOfFirstNonFinite(rows, inputs, values);
    }

    /// <summary>Computes images that are decoded.</summary>
    /// <param name="inputs">The images.</param>
    /// <param name="values">Takes <see cref="Length"/> values for each image.</param>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public abstract void Compute(NetworkInputs inputs, Span<float> values);

    // Once: what a network lacks for one image, it lacks for many.
    private void WarnOfFirstNonFinite(ReadOnlySpan<ImageRow> rows, NetworkInputs inputs, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Defect is not null || IsFinite(values.Slice(i * Length, Length)))
                continue;
            if (Interlocked.Exchange(ref _hasWarned, 1) != 0)
                return;
            var layers = networks.Select((network, index) => (network.Model.Architecture.Name, Layer: network.FindNonFiniteLayer(inputs[index], i))).ToArray();
            var (name, layer) = layers.FirstOrDefault(found => found.Layer is not null, layers[0]);
            using var log = environment.Start("CnnTransformer");
            log.Warning(MessageSensitivity.None, "{0}", NonFiniteLayer.Warning(name, $"{Output} for an image ({rows[i].Name})", layer));
            return;
        }
    }

    private static bool IsFinite(ReadOnlySpan<float> values) => float.IsFinite(TensorPrimitives.MaxMagnitude(values)); // NaN if any is NaN
}
