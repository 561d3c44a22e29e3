namespace FileService.Tests.Fixture;

/// <summary>The service on SQLite in development mode (no keys configured).</summary>
public sealed class SqliteService() : ServiceFixture(Engine.Sqlite);

/// <summary>The service on PostgreSQL in development mode (no keys configured).</summary>
public sealed class PostgreSqlService() : ServiceFixture(Engine.PostgreSql);

/// <summary>Two tenants and an administrator, on SQLite.</summary>
public sealed class SqliteTenants() : ServiceFixture(Engine.Sqlite, Tenants.Arguments);

/// <summary>Two tenants and an administrator, on PostgreSQL.</summary>
public sealed class PostgreSqlTenants() : ServiceFixture(Engine.PostgreSql, Tenants.Arguments);

/// <summary>All classes of this collection share one service on SQLite.</summary>
[CollectionDefinition(Name)]
public sealed class OnSqlite : ICollectionFixture<SqliteService>, ICollectionFixture<SqliteTenants>
{
    public const string Name = "on SQLite";
}

/// <summary>All classes of this collection share one service on PostgreSQL.</summary>
[CollectionDefinition(Name)]
public sealed class OnPostgreSql : ICollectionFixture<PostgreSqlService>, ICollectionFixture<PostgreSqlTenants>
{
    public const string Name = "on PostgreSQL";
}

/// <summary>The keys of the services with tenants.</summary>
public static class Tenants
{
    public const string Acme = "acme-key-1";
    public const string AcmeSecond = "acme-key-2";
    public const string Globex = "globex-key";
    public const string Admin = "admin-key";

    public static string[] Arguments { get; } =
    [
        $"--Tenants:acme:Keys:0={Acme}",
        $"--Tenants:acme:Keys:1={AcmeSecond}",
        $"--Tenants:globex:Keys:0={Globex}",
        $"--Admin:Keys:0={Admin}",
    ];
}
