namespace Ml.Cnn.Experiments.Hangfire.Storage;

internal enum StorageKind
{
    Memory,
    Sqlite,
    Postgres,
}
