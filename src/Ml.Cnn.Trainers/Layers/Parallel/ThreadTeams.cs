using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Layers.Parallel;

/// <summary>Threads that each do a part of a work, with threads of libtorch's of their own.</summary>
internal sealed class ThreadTeams : IDisposable
{
    private readonly Team[] _teams;

    /// <param name="count">How many teams, 1 or more.</param>
    /// <param name="threads">Of each, 1 or more.</param>
    public ThreadTeams(int count, int threads) => _teams = [.. Enumerable.Range(0, count).Select(_ => new Team(threads))];

    /// <summary>Calls a function for 0 to the number of teams − 1, each on its team's thread, where gradient modes and dispose scopes are its own.</summary>
    /// <param name="part">What it throws is thrown here, once all have ended.</param>
    public void Run(Action<int> part)
    {
        using var open = new CountdownEvent(_teams.Length);
        ExceptionDispatchInfo? failure = null;
        foreach (var (number, team) in _teams.Index())
        {
            team.Do(() =>
            {
                try
                {
                    part(number);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                }
                finally
                {
                    open.Signal();
                }
            });
        }
        open.Wait();
        failure?.Throw();
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        foreach (var team in _teams)
            team.Dispose();
    }

    private sealed class Team : IDisposable
    {
        private readonly BlockingCollection<Action> _work = [];
        private readonly Thread _thread;

        public Team(int threads)
        {
            _thread = new Thread(() =>
            {
                using var used = LibtorchThreads.Use(threads);
                foreach (var work in _work.GetConsumingEnumerable())
                    work();
            })
            { Name = "MlCnn column", IsBackground = true };
            _thread.Start();
        }

        public void Do(Action work) => _work.Add(work);

        public void Dispose()
        {
            _work.CompleteAdding();
            _thread.Join();
            _work.Dispose();
        }
    }
}
