using System.Reflection;
using System.Reflection.Emit;

namespace Ml.Cnn.Trainers.Tests.Repository;

/// <summary>The types that a type's members name, of one assembly: in signatures, attributes and the instructions of methods.</summary>
internal static class TypeReferences
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Outermost types of the same assembly that <paramref name="type"/> or a type nested in it names, itself left out.</summary>
    public static IReadOnlySet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        Visit(type);
        found.Remove(type);
        return found;

        void Visit(Type visited)
        {
            Add(visited.BaseType);
            AddAll(visited.GetInterfaces());
            foreach (var parameter in visited.IsGenericTypeDefinition ? visited.GetGenericArguments() : [])
                AddAll(parameter.GetGenericParameterConstraints());
            AddAll(visited.GetCustomAttributesData().Select(attribute => attribute.AttributeType));
            foreach (var field in visited.GetFields(All))
                Add(field.FieldType);
            foreach (var method in visited.GetConstructors(All).Concat<MethodBase>(visited.GetMethods(All)))
                AddMethod(method);
            foreach (var nested in visited.GetNestedTypes(All))
                Visit(nested);
        }

        void AddMethod(MethodBase method)
        {
            Add((method as MethodInfo)?.ReturnType);
            AddAll(method.GetParameters().Select(parameter => parameter.ParameterType));
            if (method.GetMethodBody() is not { } body)
                return;
            AddAll(body.LocalVariables.Select(local => local.LocalType));
            var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
            var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
            foreach (var token in Tokens(body.GetILAsByteArray()!))
            {
                var member = method.Module.ResolveMember(token, typeArguments, methodArguments)!;
                Add(member as Type ?? member.DeclaringType);
                if (member is MethodInfo { IsGenericMethod: true } generic)
                    AddAll(generic.GetGenericArguments());
            }
        }

        void AddAll(IEnumerable<Type> types)
        {
            foreach (var one in types)
                Add(one);
        }

        void Add(Type? named)
        {
            if (named is null || named.IsGenericParameter)
                return;
            if (named.HasElementType)
            {
                Add(named.GetElementType());
                return;
            }
            AddAll(named.GetGenericArguments());
            while (named.DeclaringType is { } outer)
                named = outer;
            if (named.Assembly == type.Assembly)
                found.Add(named.IsGenericType ? named.GetGenericTypeDefinition() : named);
        }
    }

    // The operands of instructions that name a field, a method or a type.
    private static IEnumerable<int> Tokens(byte[] il)
    {
        for (var at = 0; at < il.Length;)
        {
            var value = il[at] == 0xFE ? unchecked((short)(0xFE00 | il[at + 1])) : il[at];
            var code = s_codes[value];
            at += code.Size;
            switch (code.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return BitConverter.ToInt32(il, at);
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + 4 * BitConverter.ToInt32(il, at);
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }
}
