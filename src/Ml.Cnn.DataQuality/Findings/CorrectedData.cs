using Microsoft.ML;

namespace Ml.Cnn.DataQuality;

/// <summary>Data after corrections.</summary>
/// <param name="Data">The data without the images that are left out, and with the changed labels. It reads from the original and shuffles as that does.</param>
/// <param name="Excluded">How many images are left out.</param>
/// <param name="Relabeled">How many images have another label.</param>
/// <param name="Unmatched">Files of the lists that are not in the data, or whose label there is not the list's: nothing was done about these.</param>
public sealed record CorrectedData(IDataView Data, int Excluded, int Relabeled, IReadOnlyList<string> Unmatched);
