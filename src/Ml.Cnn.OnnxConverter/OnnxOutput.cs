namespace Ml.Cnn.OnnxConverter;

/// <summary>What the network of an ONNX file gives: N × classes, float32.</summary>
public enum OnnxOutput
{
    /// <summary>"logits": what the network gives, before softmax.</summary>
    Logits,

    /// <summary>"scores": what the column of scores holds, probabilities with the model's temperature.</summary>
    Scores,
}
