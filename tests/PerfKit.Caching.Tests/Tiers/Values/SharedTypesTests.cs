using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Numerics;
using System.Reflection;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

public sealed class SharedTypesTests
{
    public sealed record Record(string Name);

    public record struct Pair(int X, int Y);

    public record struct Named(string Name);

    [ImmutableObject(true)]
    public record Marked(string Name);

    public sealed record Derived(string Name) : Marked(Name)
    {
        public string? Changing { get; set; }
    }

    [ImmutableObject(false)]
    public sealed record MarkedFalse(string Name);

    public sealed record Declared(string Name);

    public static TheoryData<Type, bool> Table { get; } =
        new()
        {
            { typeof(int), true },
            { typeof(bool), true },
            { typeof(char), true },
            { typeof(nint), true },
            { typeof(double?), true },
            { typeof(DayOfWeek), true },
            { typeof(DayOfWeek?), true },
            { typeof(string), true },
            { typeof(Guid), true },
            { typeof(DateTimeOffset), true },
            { typeof(TimeOnly?), true },
            { typeof(decimal), true },
            { typeof(BigInteger), true },
            { typeof(Uri), true },
            { typeof(Version), true },
            { typeof(Type), true },
            { typeof(Pair), true },
            { typeof(Pair?), true },
            { typeof(ReadOnlyMemory<byte>), true },
            { typeof(ReadOnlySequence<byte>), true },
            { typeof((int, string)), true },
            { typeof((int, (Uri, Guid?))), true },
            { typeof(KeyValuePair<string, int>), true },
            { typeof(ImmutableArray<string>), true },
            { typeof(ImmutableArray<ImmutableList<int>>), true },
            { typeof(ImmutableDictionary<string, Uri>), true },
            { typeof(FrozenDictionary<string, DayOfWeek>), true },
            { typeof(FrozenSet<Guid>), true },
            { typeof(Marked), true },
            { typeof(ImmutableArray<Marked>), true },
            { typeof(Declared), true },
            { typeof(ImmutableList<Declared>), true },
            { typeof(byte[]), false },
            { typeof(string[]), false },
            { typeof(Memory<byte>), false },
            { typeof(ReadOnlyMemory<char>), false },
            { typeof(object), false },
            { typeof(Record), false },
            { typeof(Named), false },
            { typeof(MarkedFalse), false },
            { typeof(Derived), false },
            { typeof(List<int>), false },
            { typeof(IReadOnlyList<int>), false },
            { typeof((int, byte[])), false },
            { typeof(ImmutableArray<byte[]>), false },
            { typeof(ImmutableArray<Record>), false },
            { typeof(FrozenDictionary<string, List<int>>), false },
            { typeof(Action), false },
            { typeof(Func<int>), false },
        };

    private static readonly ValueCodecs All = Codecs.Of(shared: typeof(Declared));

    [Theory]
    [MemberData(nameof(Table))]
    public void A_type_is_shared_only_if_nothing_of_it_can_change(Type type, bool isShared)
    {
        var check = typeof(SharedTypesTests).GetMethod(nameof(IsShared), BindingFlags.NonPublic | BindingFlags.Static)!;

        check.MakeGenericMethod(type).Invoke(null, null).Should().Be(isShared);
    }

    [Fact]
    public void A_struct_inside_another_type_is_not_looked_into() =>
        IsShared<ImmutableArray<Pair>>().Should().BeFalse("its fields may be unknown at run time; declaring it helps");

    [Fact]
    public void Arrays_may_be_declared_too() =>
        Codecs.Of(shared: typeof(byte[])).Get<byte[]>().IsShared.Should().BeTrue();

    private static bool IsShared<T>() => All.Get<T>().IsShared;
}
