namespace FileService.Setup;

/// <summary>Configuration section <c>Tenants:&lt;name&gt;</c>.</summary>
internal sealed class TenantOptions
{
    /// <summary>The API keys that act for this tenant.</summary>
    public IList<string> Keys { get; set; } = [];
}
