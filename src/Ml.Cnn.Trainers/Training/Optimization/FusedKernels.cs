using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// libtorch's fused optimizer kernels, one pass over the memory for all the tensors of a call. TorchSharp does not show them;
/// TorchScript does.
/// </summary>
internal static class FusedKernels
{
    // TorchScript has no other way to pass a number than as a tensor. Constant text: a mistake in it would end the process.
    private const string Script = """
        def adam(parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], numbers: Tensor, decoupled: bool):
            no_maxima : List[Tensor] = []
            steps : List[Tensor] = []
            step = numbers[0].float()
            for p in parameters:
                steps.append(step)
            rate = float(numbers[1])
            beta1 = float(numbers[2])
            beta2 = float(numbers[3])
            epsilon = float(numbers[4])
            decay = float(numbers[5])
            if decoupled:
                torch._fused_adamw_(parameters, gradients, means, squares, no_maxima, steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay,
                    eps=epsilon, amsgrad=False, maximize=False)
            else:
                torch._fused_adam_(parameters, gradients, means, squares, no_maxima, steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay,
                    eps=epsilon, amsgrad=False, maximize=False)

        """;

    private static readonly Lazy<jit.CompilationUnit> s_unit = new(() =>
    {
        using var scope = NewDisposeScope(); // the unit outlives whatever scope first asks for it
        return jit.compile(Script.ReplaceLineEndings("\n"));
    });

    /// <summary>One step of Adam or AdamW over tensors of the same age.</summary>
    public static void Adam(Tensor[] parameters, Tensor[] gradients, Tensor[] means, Tensor[] squares, long step, double rate,
        (double Beta1, double Beta2, double Epsilon) constants, double weightDecay, bool isDecoupled)
    {
        using var numbers = tensor([step, rate, constants.Beta1, constants.Beta2, constants.Epsilon, weightDecay], ScalarType.Float64, CPU);
        using var onDevice = numbers.to(parameters[0].device); // the kernels ask for the step where the parameters are
        lock (s_unit.Value)
            s_unit.Value.invoke("adam", parameters, gradients, means, squares, onDevice, isDecoupled);
    }
}
