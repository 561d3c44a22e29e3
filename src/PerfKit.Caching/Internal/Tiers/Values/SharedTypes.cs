using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace PerfKit.Caching.Internal;

/// <summary>Which types' instances may be handed to all callers of a cache, because none can change what another sees.</summary>
internal sealed class SharedTypes(IReadOnlySet<Type> declared)
{
    private static readonly FrozenSet<Type> Known = FrozenSet.ToFrozenSet<Type>([
        typeof(string),
        typeof(decimal),
        typeof(Guid),
        typeof(DateTime),
        typeof(DateTimeOffset),
        typeof(DateOnly),
        typeof(TimeOnly),
        typeof(TimeSpan),
        typeof(Half),
        typeof(Int128),
        typeof(UInt128),
        typeof(BigInteger),
        typeof(Rune),
        typeof(Index),
        typeof(Range),
        typeof(Uri),
        typeof(Version),
        typeof(Type),
        typeof(ReadOnlyMemory<byte>),
        typeof(ReadOnlySequence<byte>),
    ]);

    // Shared if all their type arguments are.
    private static readonly FrozenSet<Type> KnownGeneric = FrozenSet.ToFrozenSet<Type>([
        typeof(Nullable<>),
        typeof(KeyValuePair<,>),
        typeof(ValueTuple<>),
        typeof(ValueTuple<,>),
        typeof(ValueTuple<,,>),
        typeof(ValueTuple<,,,>),
        typeof(ValueTuple<,,,,>),
        typeof(ValueTuple<,,,,,>),
        typeof(ValueTuple<,,,,,,>),
        typeof(ValueTuple<,,,,,,,>),
        typeof(ImmutableArray<>),
        typeof(ImmutableList<>),
        typeof(ImmutableQueue<>),
        typeof(ImmutableStack<>),
        typeof(ImmutableHashSet<>),
        typeof(ImmutableSortedSet<>),
        typeof(ImmutableDictionary<,>),
        typeof(ImmutableSortedDictionary<,>),
        typeof(FrozenSet<>),
        typeof(FrozenDictionary<,>),
    ]);

    /// <summary>Whether all may have one instance of this type. A struct without references is copied anyway.</summary>
    public bool Contains<T>() => !RuntimeHelpers.IsReferenceOrContainsReferences<T>() || Contains(typeof(T));

    // A struct as a type argument is not looked into: a native application may have dropped the description of its fields.
    // Declared types come first: they are the user's word, also for arrays.
    private bool Contains(Type type) =>
        declared.Contains(type)
        || type.IsPrimitive
        || type.IsEnum
        || Known.Contains(type)
        || IsMarked(type)
        || (
            type.IsGenericType
            && KnownGeneric.Contains(type.GetGenericTypeDefinition())
            && Array.TrueForAll(type.GetGenericArguments(), Contains)
        );

    // HybridCache also asks that the type is sealed, lest a subclass adds something that changes. Who wrote the attribute on an
    // open type has promised for what is seen through that type, and most records are not sealed: with both conditions the
    // attribute does nothing, silently, where people put it (dotnet/extensions 6063). It is not inherited: a subclass
    // that is cached as itself makes its own promise.
    private static bool IsMarked(Type type) =>
        Attribute.GetCustomAttribute(type, typeof(ImmutableObjectAttribute), inherit: false)
            is ImmutableObjectAttribute { Immutable: true };
}
