using System.Net;
using System.Reflection;
using System.Runtime.Loader;
using PerfKit.RateLimit.Internal.Keyed;

namespace PerfKit.RateLimit.Tests;

public sealed class LimitKeyTests
{
    [Fact]
    public void Keys_of_equal_values_are_equal_and_of_others_differ()
    {
        LimitKey.Of("tenant").Should().Be(LimitKey.Of("tenant".AsSpan()));
        LimitKey.Of("tenant").Should().NotBe(LimitKey.Of("tenants"));
        LimitKey.Of(7).Should().Be(LimitKey.Of(7)).And.NotBe(LimitKey.Of(8));
        LimitKey.Of(new Guid(1, 2, 3, new byte[8])).Should().NotBe(LimitKey.Of(Guid.Empty));
    }

    [Fact]
    public void Upper_and_lower_case_differ() => LimitKey.Of("Tenant").Should().NotBe(LimitKey.Of("tenant"));

    [Fact]
    public void Values_of_the_same_bytes_and_another_kind_have_another_key()
    {
        LimitKey.Of("\0\0\0\0").Should().NotBe(LimitKey.Of(0));
        LimitKey.Of(new string('\0', 8)).Should().NotBe(LimitKey.Of(Guid.Empty));
        LimitKey.OfAddress(IPAddress.IPv6Any).Should().NotBe(LimitKey.Of(Guid.Empty));
        LimitKey.OfAddress(IPAddress.Loopback).Should().NotBe(LimitKey.OfAddress(IPAddress.IPv6Loopback));
    }

    [Fact]
    public void And_joins_two_keys_in_their_order()
    {
        var tenant = LimitKey.Of("tenant");
        var user = LimitKey.Of(42);

        tenant.And(user).Should().Be(tenant.And(user));
        tenant.And(user).Should().NotBe(user.And(tenant)).And.NotBe(tenant).And.NotBe(user);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("fe80::1%2", "fe80::1%3", true)]
    [InlineData("0.0.0.0", "::", false)]
    public void OfAddress_knows_a_subscriber_by_address_or_network(string one, string other, bool areEqual)
    {
        var keys = new[] { one, other }.Select(it => LimitKey.OfAddress(IPAddress.Parse(it))).ToArray();

        (keys[0] == keys[1]).Should().Be(areEqual);
    }

    [Theory]
    [InlineData(48, true)]
    [InlineData(56, false)]
    [InlineData(128, false)]
    public void OfAddress_counts_so_many_bits_as_it_is_told(int prefix, bool areEqual)
    {
        var one = LimitKey.OfAddress(IPAddress.Parse("2001:db8:1:100::1"), prefix);
        var other = LimitKey.OfAddress(IPAddress.Parse("2001:db8:1:200::1"), prefix);

        (one == other).Should().Be(areEqual);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public void OfAddress_with_a_prefix_out_of_range_throws(int prefix)
    {
        var make = () => LimitKey.OfAddress(IPAddress.IPv6Loopback, prefix);

        make.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_key_does_not_tell_what_it_was_made_from() =>
        LimitKey.Of("secret").ToString().Should().Be("LimitKey { }");

    [Fact]
    public void A_long_text_counts_to_its_last_character()
    {
        var text = new string('k', 10_000);

        LimitKey.Of(text + "a").Should().NotBe(LimitKey.Of(text + "b"));
    }

    [Fact]
    public void Seeds_are_drawn_anew_by_whoever_loads_the_package()
    {
        var context = new AssemblyLoadContext("another", isCollectible: true);
        var type = context
            .LoadFromAssemblyPath(typeof(LimitKey).Assembly.Location)
            .GetType(typeof(LimitKey).FullName!)!;

        var key = type.GetMethod(nameof(LimitKey.Of), [typeof(long)])!.Invoke(null, [7L]);

        var value = type.GetProperty(nameof(LimitKey.Value), BindingFlags.NonPublic | BindingFlags.Instance)!;
        value.GetValue(key).Should().NotBe(LimitKey.Of(7).Value);
        context.Unload();
    }

    [Fact]
    public void The_two_values_that_mean_something_to_the_table_are_no_names_of_keys()
    {
        KeyTable.NameOf(default).Should().BeGreaterThan(1);
    }
}
