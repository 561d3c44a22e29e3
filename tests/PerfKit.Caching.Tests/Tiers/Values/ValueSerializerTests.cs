using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

public sealed partial class ValueSerializerTests
{
    public sealed record Person(string FirstName);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
    [JsonSerializable(typeof(Person))]
    internal sealed partial class Context : JsonSerializerContext;

    private sealed class Letter<T>(byte letter) : IHybridCacheSerializer<T>
    {
        public T Deserialize(ReadOnlySequence<byte> source) => default!;

        public void Serialize(T value, IBufferWriter<byte> target) => target.Write([letter]);
    }

    private sealed class Letters<TOnly>(byte letter) : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = typeof(T).IsAssignableTo(typeof(TOnly)) ? new Letter<T>(letter) : null;
            return serializer is not null;
        }
    }

    private sealed class Faulty : IHybridCacheSerializer<Person>
    {
        public Exception Fault { get; } = new NotSupportedException("not this one");

        public Person Deserialize(ReadOnlySequence<byte> source) => throw Fault;

        public void Serialize(Person value, IBufferWriter<byte> target) => throw Fault;
    }

    private sealed class Keeper : IHybridCacheSerializer<Person>
    {
        public IBufferWriter<byte>? Kept { get; private set; }

        public Person Deserialize(ReadOnlySequence<byte> source) => new($"{source.Length} bytes");

        public void Serialize(Person value, IBufferWriter<byte> target) => Kept = target;
    }

    [Fact]
    public void A_serializer_of_the_type_comes_first()
    {
        var codecs = Codecs.Of(services =>
            services
                .AddSingleton<IHybridCacheSerializer<Person>>(new Letter<Person>((byte)'a'))
                .AddSingleton<IHybridCacheSerializer<string>>(new Letter<string>((byte)'s'))
                .AddSingleton<IHybridCacheSerializerFactory>(new Letters<object>((byte)'b'))
        );

        codecs.Get<Person>().Written(new("Ada")).Should().Equal((byte)'a');
        codecs.Get<string>().Written("Ada").Should().Equal((byte)'s');
        codecs.Get<string>().IsShared.Should().BeTrue();
    }

    [Fact]
    public void The_factory_registered_last_that_takes_the_type_is_next()
    {
        var codecs = Codecs.Of(services =>
            services
                .AddSingleton<IHybridCacheSerializerFactory>(new Letters<object>((byte)'a'))
                .AddSingleton<IHybridCacheSerializerFactory>(new Letters<Person>((byte)'b'))
                .AddSingleton<IHybridCacheSerializerFactory>(new Letters<Uri>((byte)'c'))
        );

        codecs.Get<Person>().Written(new("Ada")).Should().Equal((byte)'b');
        codecs.Get<Version>().Written(new(1, 2)).Should().Equal((byte)'a');
    }

    [Fact]
    public void A_factory_that_takes_any_type_does_not_take_text_and_bytes()
    {
        var codecs = Codecs.Of(services =>
            services.AddSingleton<IHybridCacheSerializerFactory>(new Letters<object>((byte)'a'))
        );

        codecs.Get<string>().Written("s").Should().Equal((byte)'s');
        codecs.Get<byte[]>().Written([1, 2]).Should().Equal(1, 2);
        codecs.Get<ReadOnlySequence<byte>>().Written(new([1, 2])).Should().Equal(1, 2);
        codecs.Get<ReadOnlyMemory<byte>>().Written(new([1, 2])).Should().Equal(1, 2);
    }

    [Fact]
    public void A_source_generated_context_is_used()
    {
        var codec = Codecs.Of(json: Context.Default.Options).Get<Person>();

        codec.Written(new("Ada")).Should().Equal("{\"first-name\":\"Ada\"}"u8.ToArray());
        codec.Again(new("Ada")).Should().Be(new Person("Ada"));
    }

    [Fact]
    public void Types_outside_the_context_go_by_reflection_where_it_is_on()
    {
        var codecs = Codecs.Of(json: new JsonSerializerOptions { TypeInfoResolver = Context.Default });

        codecs
            .Get<Dictionary<string, Person>>()
            .Again(new() { ["a"] = new("Ada") })["a"]
            .Should()
            .Be(new Person("Ada"));
    }

    [Fact]
    public void Rules_registered_as_HybridCache_wants_them_are_used()
    {
        var kebab = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower };
        var snake = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper };
        var codecs = Codecs.Of(services =>
            services
                .AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), kebab)
                .AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<List<Person>>), snake)
        );

        codecs.Get<Person>().Written(new("A")).Should().Equal("{\"first-name\":\"A\"}"u8.ToArray());
        codecs.Get<List<Person>>().Written([new("A")]).Should().Equal("[{\"FIRST_NAME\":\"A\"}]"u8.ToArray());
    }

    [Fact]
    public void What_a_serializer_throws_passes_through()
    {
        var faulty = new Faulty();
        var codec = Codecs.Of(s => s.AddSingleton<IHybridCacheSerializer<Person>>(faulty)).Get<Person>();

        codec
            .Invoking(c => c.Written(new("Ada")))
            .Should()
            .Throw<NotSupportedException>()
            .Which.Should()
            .BeSameAs(faulty.Fault);
        codec.Invoking(c => c.Read([])).Should().Throw<NotSupportedException>().Which.Should().BeSameAs(faulty.Fault);
    }

    [Fact]
    public void A_serializer_may_write_nothing_and_cannot_write_later()
    {
        var keeper = new Keeper();
        var codec = Codecs.Of(s => s.AddSingleton<IHybridCacheSerializer<Person>>(keeper)).Get<Person>();

        codec.Again(new("Ada")).Should().Be(new Person("0 bytes"));
        keeper.Invoking(k => k.Kept!.GetSpan()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_type_that_nothing_can_write_throws_at_its_use_and_names_the_way_out()
    {
        var contextOnly = new JsonSerializerOptions { TypeInfoResolver = Context.Default };
        var codec = new JsonCodec<SharedTypesTests.Record>(contextOnly, isShared: false);

        codec
            .Invoking(c => c.Written(new("Ada")))
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage(
                "No serializer for *SharedTypesTests+Record: register *IHybridCacheSerializer*JsonSerializerContext*"
            );
    }

    [Fact]
    public void Bytes_of_another_shape_throw_what_the_serializer_throws() =>
        Codecs.Of().Get<Person>().Invoking(c => c.Read("[1]"u8.ToArray())).Should().Throw<JsonException>();
}
