using Microsoft.Extensions.DependencyInjection;

namespace PerfKit.Query;

/// <summary>What <c>AddPerfKitQuery</c> returns: engine packages add their <c>Use...</c> methods to it.</summary>
public sealed class PerfKitQueryBuilder
{
    internal PerfKitQueryBuilder(IServiceCollection services)
    {
        Services = services;
    }

    /// <summary>The services being set up.</summary>
    public IServiceCollection Services { get; }
}
