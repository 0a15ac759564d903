namespace Ml.Cnn.OnnxConverter;

/// <summary>How much of a network an ONNX file keeps apart.</summary>
public enum OnnxForm
{
    /// <summary>What scores, and nothing else: batch normalization is folded into the weights before it, dropout is gone.</summary>
    Scoring,

    /// <summary>Every layer by itself, its weights under their own names ("layer1.0.bn1.running_var"): to be trained further by other programs.</summary>
    Training,
}
