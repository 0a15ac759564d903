using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ml.Cnn.BuildTool;

/// <summary>Changes calls of Microsoft.ML.TorchSharp 0.23, which was built against TorchSharp 0.102, that TorchSharp 0.107 no longer answers alike.</summary>
internal static class MlNetTorchSharp
{
    /// <summary>The assembly with what <see cref="KeepInitializedWeights"/> and <see cref="NameAntialias"/> change; as it was where that is nothing.</summary>
    public static byte[] Mend(byte[] image)
    {
        using var module = ModuleDefinition.ReadModule(new MemoryStream(image));
        if (KeepInitializedWeights(module) + NameAntialias(module) == 0)
            return image;
        using var mended = new MemoryStream();
        module.Write(mended);
        return mended.ToArray();
    }

    /// <summary>
    /// <c>ModelUtils.InitX(weight)</c> disposes what <c>torch.nn.init</c> returns, which is the weight itself. Layers gave out a new object for their
    /// weight at each look until TorchSharp 0.104; since then the layer is left with none ("Tensor invalid -- empty handle").
    /// </summary>
    /// <returns>How many calls of Dispose became none.</returns>
    internal static int KeepInitializedWeights(ModuleDefinition module)
    {
        var calls = 0;
        foreach (var body in Bodies(module, type => type.FullName == "Microsoft.ML.TorchSharp.Utils.ModelUtils"))
        {
            if (!body.Instructions.Any(i => i.Operand is MethodReference { DeclaringType.FullName: "TorchSharp.torch/nn/init" }))
                continue;
            foreach (var call in body.Instructions.Where(i => i.Operand is MethodReference { FullName: "System.Void System.IDisposable::Dispose()" }).ToList())
            {
                body.GetILProcessor().Replace(call, Instruction.Create(OpCodes.Pop));
                calls++;
            }
        }
        return calls;
    }

    /// <summary><c>interpolate</c> has a parameter more since TorchSharp 0.105.2, <c>antialias</c>: false.</summary>
    /// <returns>How many calls got it.</returns>
    internal static int NameAntialias(ModuleDefinition module)
    {
        var calls = 0;
        foreach (var body in Bodies(module, _ => true))
        {
            foreach (var call in body.Instructions.Where(i => i.Operand is MethodReference
            { Name: "interpolate", DeclaringType.FullName: "TorchSharp.torch/nn/functional", Parameters.Count: 6 }).ToList())
            {
                var former = (MethodReference)call.Operand;
                var method = new MethodReference(former.Name, former.ReturnType, former.DeclaringType);
                foreach (var type in former.Parameters.Select(parameter => parameter.ParameterType).Append(module.TypeSystem.Boolean))
                    method.Parameters.Add(new ParameterDefinition(type));
                call.Operand = method;
                body.GetILProcessor().InsertBefore(call, Instruction.Create(OpCodes.Ldc_I4_0));
                calls++;
            }
        }
        return calls;
    }

    private static IEnumerable<MethodBody> Bodies(ModuleDefinition module, Func<TypeDefinition, bool> isWanted) =>
        module.GetTypes().Where(isWanted).SelectMany(type => type.Methods).Where(method => method.HasBody).Select(method => method.Body);
}
