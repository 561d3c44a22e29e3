using CsCheck;
using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming.Tests.Coding;

public sealed class VariantIndexTests
{
    private const long CapacityBytes = 64 * 1024;

    private static readonly Gen<(int What, int Key, int Length)[]> Steps = Gen.Select(
        Gen.Int[0, 3],
        Gen.Int[0, 12],
        Gen.OneOf(Gen.Const(0), Gen.Int[0, 20_000], Gen.Int[60_000, 70_000])
    ).Array[1, 100];

    [Fact]
    public void Add_TryGet_and_Remove_equal_a_list_ordered_by_use_and_never_pass_the_bound() =>
        Steps.Sample(Play, iter: 5_000);

    [Fact]
    public void Remove_of_a_variant_that_was_replaced_meanwhile_leaves_the_new_one()
    {
        var index = new VariantIndex(CapacityBytes);
        index.Add(Key(1), Kept(10), []);
        index.Add(Key(1), Kept(20), []);

        index.Remove(Key(1), Kept(10)).Should().BeFalse();

        index.TryGet(Key(1), out var kept).Should().BeTrue();
        kept.Should().Be(Kept(20));
    }

    private static void Play((int What, int Key, int Length)[] steps)
    {
        var index = new VariantIndex(CapacityBytes);
        var model = new List<(VariantKey Key, KeptVariant Kept)>(); // The last is the one used last.
        foreach (var (what, number, length) in steps)
        {
            var key = Key(number);
            var at = model.FindIndex(entry => entry.Key == key);
            if (what == 0)
            {
                Require(index.TryGet(key, out var kept) == at >= 0, "the model finds otherwise");
                if (at >= 0)
                {
                    Require(kept == model[at].Kept, "the model has another");
                    model.Add(model[at]);
                    model.RemoveAt(at);
                }
            }
            else if (what == 1 && at >= 0)
            {
                Require(index.Remove(key, model[at].Kept), "the model has it");
                model.RemoveAt(at);
            }
            else
            {
                var evicted = new List<VariantKey>();
                index.Add(key, Kept(length), evicted);
                Require(evicted.SequenceEqual(Add(model, key, Kept(length))), "the model evicts others");
            }

            Require(index.UsedBytes == model.Sum(entry => entry.Kept.DiskBytes), "the model counts otherwise");
            Require(index.UsedBytes <= CapacityBytes, "the bound is passed");
        }
    }

    private static List<VariantKey> Add(
        List<(VariantKey Key, KeptVariant Kept)> model,
        VariantKey key,
        KeptVariant kept
    )
    {
        model.RemoveAll(entry => entry.Key == key);
        if (kept.DiskBytes > CapacityBytes)
        {
            return [key];
        }

        model.Add((key, kept));
        var evicted = new List<VariantKey>();
        while (model.Sum(entry => entry.Kept.DiskBytes) > CapacityBytes)
        {
            evicted.Add(model[0].Key);
            model.RemoveAt(0);
        }

        return evicted;
    }

    private static VariantKey Key(int number) =>
        new(ContentHash.Compute([(byte)(number / 2)]), number % 2 == 0 ? ContentCoding.Brotli : ContentCoding.Gzip);

    private static KeptVariant Kept(long length) => new(length, default, IsProven: true);

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
