namespace Ml.Cnn.Trainers.Runtime;

/// <summary>A setting of the whole process that several users hold at once: the first one in changes it, the last one out puts it back.</summary>
/// <param name="change">Called for the first user.</param>
/// <param name="putBack">Called when no user is left.</param>
internal sealed class SharedSetting(Action change, Action putBack)
{
    private readonly Lock _lock = new();
    private int _users;

    /// <summary>Whether somebody holds the setting.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_lock)
                return _users > 0;
        }
    }

    /// <summary>Holds the setting until the result is disposed, once or more often.</summary>
    public IDisposable Hold()
    {
        lock (_lock)
        {
            if (_users == 0)
                change();
            _users++;
        }
        return new User(this);
    }

    private void Release()
    {
        lock (_lock)
        {
            if (--_users == 0)
                putBack();
        }
    }

    private sealed class User(SharedSetting setting) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
                setting.Release();
        }
    }
}
