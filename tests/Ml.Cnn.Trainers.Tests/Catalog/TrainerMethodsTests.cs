using System.Reflection;
using Microsoft.ML;

namespace Ml.Cnn.Trainers.Tests.Catalog;

/// <summary>The methods on <c>mlContext.MulticlassClassification.Trainers</c>, read by reflection.</summary>
[TestClass]
public sealed class TrainerMethodsTests
{
    private static readonly Type[] s_families =
        [.. typeof(CnnTrainerOptions).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(CnnFamilyOptions)))];

    /// <summary>
    /// Protects users from options that are ignored: <c>Cnn("vgg16", new ResNetOptions { Depth = 50 })</c> compiled once, and trained VGG-16.
    /// Every other method that takes options is the family's own.
    /// </summary>
    [TestMethod]
    public void A_family_s_options_fit_no_method_that_is_given_its_network_otherwise()
    {
        var methods = typeof(CnnCatalog).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute)));
        foreach (var method in methods)
            foreach (var parameter in method.GetParameters())
                foreach (var family in s_families.Where(family => parameter.ParameterType.IsAssignableFrom(family)))
                    Assert.AreEqual(2, method.GetParameters().Length, $"{method} takes {family.Name} beside something that chooses the network.");
    }

    /// <summary>Protects the families' contract: <c>Trainers.Family(options)</c> for each class of options.</summary>
    [TestMethod]
    public void Every_family_has_a_method_that_takes_its_options()
    {
        Assert.IsGreaterThan(10, s_families.Length);
        foreach (var family in s_families)
        {
            var name = family.Name[..^"Options".Length];
            Assert.IsNotNull(typeof(CnnCatalog).GetMethod(name, [typeof(MulticlassClassificationCatalog.MulticlassClassificationTrainers), family]),
                $"Trainers.{name}({family.Name})");
        }
    }
}
