using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.DataQuality.Writing;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.DataQuality.Corrections;

/// <summary>Leaves out images and changes labels as lists of findings say.</summary>
internal sealed class DataCorrection
{
    private readonly IDataView _data;
    private readonly DataViewSchema.Column _label;
    private readonly string? _folder;
    private readonly List<string> _labels;
    private readonly List<DataViewRowId> _ids;
    private readonly Dictionary<string, List<int>> _rowsOfFile;
    private readonly List<string> _unmatched = [];

    /// <param name="data">The data.</param>
    /// <param name="label">Its column of labels.</param>
    /// <param name="path">Its column of paths; null where there is none.</param>
    /// <param name="folder">What the lists' paths start from; null: they are names.</param>
    public DataCorrection(IDataView data, DataViewSchema.Column label, DataViewSchema.Column? path, string? folder)
    {
        (_data, _label, _folder) = (data, label, folder);
        (_labels, _ids) = StratifiedSplit.ReadRows(data, label);
        _rowsOfFile = path is { } column ? RowsOfFiles(column) : [];
    }

    /// <param name="exclude">Whose lines with the action exclude, or relabel where the other list does not change the label, are left out.</param>
    /// <param name="relabel">Whose lines with the action relabel change the label.</param>
    public CorrectedData Apply(IReadOnlyList<CorrectionLine> exclude, IReadOnlyList<CorrectionLine> relabel)
    {
        var left = exclude.Where(line => line.Action is null or DataProblemAction.Exclude).SelectMany(Rows).ToHashSet();
        var changed = new Dictionary<int, string>();
        foreach (var line in relabel.Where(line => line.Action is null or DataProblemAction.Relabel))
            foreach (var row in Rows(line))
                if (!left.Contains(row))
                    changed[row] = line.Proposed;
        left.UnionWith(exclude.Where(line => line.Action == DataProblemAction.Relabel).SelectMany(Rows).Where(row => !changed.ContainsKey(row)));

        var corrected = _data;
        if (changed.Count > 0)
        {
            if (_label.Type is not TextDataViewType)
                throw SchemaErrors.Mismatch("label", _label.Name, "text, so that labels can be changed (before MapValueToKey)", _label.Type.ToString()!);
            corrected = new RelabeledDataView(_data, _label, changed.ToDictionary(pair => _ids[pair.Key], pair => pair.Value));
        }
        if (left.Count > 0)
            corrected = RowSubset.Of(corrected, _ids, [.. Enumerable.Range(0, _ids.Count).Where(row => !left.Contains(row))]);
        return new(corrected, left.Count, changed.Count, [.. _unmatched.Distinct()]);
    }

    private Dictionary<string, List<int>> RowsOfFiles(DataViewSchema.Column path)
    {
        Dictionary<string, List<int>> rows = [];
        using var cursor = _data.GetRowCursor([path]);
        var get = cursor.GetGetter<ReadOnlyMemory<char>>(path);
        ReadOnlyMemory<char> file = default;
        for (var row = 0; cursor.MoveNext(); row++)
        {
            get(ref file);
            var key = ProblemPath.Key(_folder, file.ToString());
            if (!rows.TryGetValue(key, out var of))
                rows.Add(key, of = []);
            of.Add(row);
        }
        return rows;
    }

    /// <summary>
    /// The rows that a line is about: by its file where the data has files, else by its number. Those whose label is another by now are passed over.
    /// </summary>
    private IEnumerable<int> Rows(CorrectionLine line)
    {
        int[] found = line.File is { Length: > 0 } file && _rowsOfFile.Count > 0
            ? [.. _rowsOfFile.GetValueOrDefault(ProblemPath.Key(_folder, file)) ?? []]
            : line.Row is { } row && row < _labels.Count ? [(int)row] : [];
        int[] fitting = [.. found.Where(one => line.Class is null || _labels[one] == line.Class)];
        if (fitting.Length == 0)
            _unmatched.Add(line.File ?? FormattableString.Invariant($"row {line.Row}"));
        return fitting;
    }
}
