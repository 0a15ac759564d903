using System.Diagnostics;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Scoring;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>An image on its way through the network: decoded, and then with its probabilities.</summary>
internal sealed class PredictionRequest : IDisposable
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Abandoned = 2;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    /// <param name="model">Kept until <see cref="Dispose"/>.</param>
    public PredictionRequest(PredictionModel model)
    {
        Model = model;
        Inputs = model.Mapper.Singles.Rent();
        Scores = new float[model.Mapper.Length];
    }

    public PredictionModel Model { get; }

    /// <summary>The image as the networks take it.</summary>
    public NetworkInputs Inputs { get; }

    /// <summary>Room for the image as it came.</summary>
    public ImageRow Row => Inputs.Row;

    public float[] Scores { get; }

    /// <summary>When the request began to wait.</summary>
    public long Since { get; private set; }

    /// <summary>Ends when the scores are there, or with what went wrong.</summary>
    public Task Done => _done.Task;

    /// <summary>Waits on the calling thread, without a thread of the pool to be told by: those may all be waiting here.</summary>
    /// <returns>False if the time was over before.</returns>
    public bool WaitUntilDone(TimeSpan timeout)
    {
        try
        {
            return Done.Wait(timeout);
        }
        catch (AggregateException)
        {
            return true; // it failed, which Done tells
        }
    }

    /// <summary>The request waits from now on.</summary>
    public void Wait() => Since = Stopwatch.GetTimestamp();

    /// <summary>The network takes the request.</summary>
    /// <returns>False if whoever made it has gone.</returns>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>Whoever made the request waits no longer.</summary>
    /// <returns>False if the network has it already.</returns>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _state, Abandoned, Waiting) == Waiting;

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception error) => _done.TrySetException(error);

    /// <summary>Gives memory and model back. By the one who took the request, or by the one who made it and was never let in.</summary>
    public void Dispose()
    {
        Model.Mapper.Singles.Return(Inputs);
        Model.Release();
    }
}
