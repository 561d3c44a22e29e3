using System.Reflection;

namespace Conventions.Tests;

/// <summary>What a package shows to whoever references it.</summary>
public sealed class PublicTypeTests
{
    private static readonly Dictionary<string, string[]> ThirdParties = new()
    {
        ["Dapper"] = ["Dapper"],
        ["PostgreSql"] = ["Npgsql"],
        ["Sqlite"] = ["Microsoft.Data.Sqlite"],
        ["Redis"] = ["StackExchange.Redis"],
        ["S3"] = ["AWSSDK."],
        ["AspNetCore"] = ["Microsoft.AspNetCore.", "Microsoft.Net.Http.Headers"],
    };

    private static IEnumerable<Assembly> Assemblies => Repository.Packages.Select(Assembly.Load);

    [Fact]
    public void A_third_partys_type_shows_only_in_the_engine_named_after_it()
    {
        var offences =
            from assembly in Assemblies
            from type in assembly.GetExportedTypes()
            from shown in Shown(type).Distinct()
            where !MayShow(assembly.GetName().Name!, shown.Assembly.GetName().Name!)
            select $"{type.FullName} shows {shown.FullName}";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void A_block_and_its_engines_share_one_namespace()
    {
        string[] framework = ["Microsoft.Extensions.DependencyInjection", "Microsoft.AspNetCore.Builder"];
        var offences =
            from assembly in Assemblies
            from type in assembly.GetExportedTypes()
            where type.Namespace != Repository.BlockOf(assembly.GetName().Name!) && !framework.Contains(type.Namespace)
            select type.FullName;

        offences.Should().BeEmpty();
    }

    [Fact]
    public void A_block_is_registered_by_AddPerfKit_and_its_name()
    {
        var offences =
            from assembly in Assemblies
            let name = assembly.GetName().Name!
            where name == Repository.BlockOf(name)
            let method = "Add" + name.Replace(".", "", StringComparison.Ordinal)
            where
                !assembly
                    .GetExportedTypes()
                    .Where(t => t.Namespace == "Microsoft.Extensions.DependencyInjection")
                    .Any(t => t.GetMethods().Any(m => m.Name == method))
            select $"{name} has no {method}";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void A_package_targets_net10_alone_and_is_ready_for_AOT()
    {
        var offences =
            from assembly in Assemblies
            let name = assembly.GetName().Name!
            where name != "PerfKit.Query.Dapper" // Because Dapper emits code at run time.
            where
                !assembly
                    .GetCustomAttributes<AssemblyMetadataAttribute>()
                    .Any(m =>
                        m.Key == "IsTrimmable" && string.Equals(m.Value, "true", StringComparison.OrdinalIgnoreCase)
                    )
            select name;

        offences.Should().BeEmpty();
    }

    private static bool MayShow(string package, string assembly)
    {
        var parts = package.Split('.');
        return assembly.StartsWith("System", StringComparison.Ordinal)
            || assembly.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
            || assembly == Repository.BlockOf(package)
            || assembly == package
            || (parts.Length > 2 && ThirdParties[parts[2]].Any(t => assembly.StartsWith(t, StringComparison.Ordinal)));
    }

    private static IEnumerable<Type> Shown(Type type)
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        const BindingFlags Declared = All | BindingFlags.DeclaredOnly;
        var members = type.GetMethods(Declared).Where(IsVisible).SelectMany(Signature);
        var constructors = type.GetConstructors(Declared)
            .Where(IsVisible)
            .SelectMany(c => c.GetParameters().Select(p => p.ParameterType));
        var fields = type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily).Select(f => f.FieldType);
        Type[] parents = type.BaseType is { } parent ? [parent, .. type.GetInterfaces()] : type.GetInterfaces();
        return members.Concat(constructors).Concat(fields).Concat(parents).SelectMany(Unfold);
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static IEnumerable<Type> Signature(MethodInfo method) =>
        method.GetParameters().Select(p => p.ParameterType).Append(method.ReturnType);

    private static IEnumerable<Type> Unfold(Type type)
    {
        if (type.HasElementType)
        {
            return Unfold(type.GetElementType()!);
        }

        if (type.IsGenericParameter)
        {
            return type.GetGenericParameterConstraints().SelectMany(c => c.ContainsGenericParameters ? [] : Unfold(c));
        }

        return type.IsGenericType
            ? type.GetGenericArguments().SelectMany(Unfold).Append(type.GetGenericTypeDefinition())
            : [type];
    }
}
