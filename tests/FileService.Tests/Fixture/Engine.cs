namespace FileService.Tests.Fixture;

/// <summary>The database a service under test runs on.</summary>
public enum Engine
{
    Sqlite,
    PostgreSql,
}
