namespace Ml.Cnn.Experiments.Results.Importance;

/// <summary>The trials' configurations as points: an axis for every setting that they differ in.</summary>
/// <param name="Axes">The settings.</param>
/// <param name="Points">A coordinate on each axis for each trial.</param>
internal sealed record ConfigurationSpace(IReadOnlyList<ConfigurationAxis> Axes, double[][] Points)
{
    private const double SmallestDecay = 1e-7; // takes the place of 0 on a logarithmic scale

    public static ConfigurationSpace Of(IReadOnlyList<TrialConfiguration> configurations)
    {
        var axes = new List<ConfigurationAxis>();
        var points = configurations.Select(_ => new List<double>()).ToArray();
        Category("architecture", c => c.Architecture);
        Number("learningRate", c => c.LearningRate);
        Number("batchSize", c => c.BatchSize);
        Number("imageSize", c => c.ImageSize);
        Category("optimizer", c => c.Optimizer);
        Number("weightDecay", c => Math.Max(c.WeightDecay, SmallestDecay));
        Category("augmentation", c => c.Augmentation);
        Category("weights", c => c.Weights is not null); // which ones, is said by the architecture
        Category("freeze", c => c.Freeze);
        return new(axes, [.. points.Select(point => point.ToArray())]);

        // On a logarithmic scale, as they are searched.
        void Number(string name, Func<TrialConfiguration, double> value)
        {
            var logarithms = configurations.Select(c => Math.Log(value(c))).ToArray();
            var (least, most) = (logarithms.Min(), logarithms.Max());
            if (most > least)
                Add(new(name, 0), logarithms.Select(logarithm => (logarithm - least) / (most - least)));
        }

        void Category<T>(string name, Func<TrialConfiguration, T> value) where T : notnull
        {
            var values = configurations.Select(value).Distinct().ToList();
            if (values.Count > 1)
                Add(new(name, values.Count), configurations.Select(c => (double)values.IndexOf(value(c))));
        }

        void Add(ConfigurationAxis axis, IEnumerable<double> coordinates)
        {
            axes.Add(axis);
            foreach (var (point, coordinate) in points.Zip(coordinates))
                point.Add(coordinate);
        }
    }
}
