using Google.Protobuf.Collections;

namespace Ml.Cnn.OnnxConverter.Format;

/// <summary>Two graphs, one behind the other, as one.</summary>
internal static class OnnxChain
{
    private const string Prefix = "preparation/"; // of the first one's names

    /// <summary>Puts a graph that prepares images before one that takes them.</summary>
    /// <param name="preparation">Of one output. Its names are changed, and its parts become those of <paramref name="model"/>.</param>
    /// <param name="model">Of one input.</param>
    /// <exception cref="OnnxFormatException">The two do not fit together.</exception>
    public static void Put(ModelProto preparation, ModelProto model)
    {
        if (preparation.Graph is not { Output: [var output] } first || model.Graph is not { } then)
            throw new OnnxFormatException("the file that prepares the images holds no graph with one output");
        if (!preparation.OpsetImport.Equals(model.OpsetImport))
            throw new OnnxFormatException("it is of other versions of the operators than the file that prepares the images");
        var constants = then.Initializer.Select(constant => constant.Name).ToHashSet();
        if (then.Input.Where(value => !constants.Contains(value.Name)).ToArray() is not [var input])
            throw new OnnxFormatException("its graph takes several inputs; a network of images takes one");
        foreach (var node in then.Node)
            Rename(node.Input, name => name == input.Name ? Prefix + output.Name : name);
        foreach (var node in first.Node)
        {
            Rename(node.Input, name => Prefix + name);
            Rename(node.Output, name => Prefix + name);
        }
        foreach (var constant in first.Initializer)
            constant.Name = Prefix + constant.Name;
        foreach (var value in first.Input)
            value.Name = Prefix + value.Name;
        then.Input.Remove(input);
        then.Input.Add(first.Input);
        then.Node.Add(first.Node); // the order is found later
        then.Initializer.Add(first.Initializer);
    }

    private static void Rename(RepeatedField<string> names, Func<string, string> change)
    {
        for (var i = 0; i < names.Count; i++)
            names[i] = names[i].Length == 0 ? "" : change(names[i]); // "": an input that is left out
    }
}
