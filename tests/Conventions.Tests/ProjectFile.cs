using System.Xml.Linq;

namespace Conventions.Tests;

/// <summary>What a project file says it stands on.</summary>
internal sealed class ProjectFile
{
    private readonly XDocument _xml;
    private readonly string _path;

    public ProjectFile(string path)
    {
        _path = path;
        _xml = XDocument.Parse(Repository.Read(path));
    }

    public static ProjectFile OfPackage(string package) => new($"src/{package}/{package}.csproj");

    /// <summary>Packages that whoever installs this one gets too; those for the build alone do not count.</summary>
    public IEnumerable<string> Packages =>
        Elements("PackageReference").Where(e => (string?)e.Attribute("PrivateAssets") != "all").Select(Included);

    public IEnumerable<string> Frameworks => Elements("FrameworkReference").Select(Included);

    public IEnumerable<string> Projects =>
        Elements("ProjectReference").Select(e => Path.GetFileNameWithoutExtension(Included(e)));

    /// <summary>Source compiled from elsewhere, as paths from the root.</summary>
    public IEnumerable<string> LinkedSources =>
        Elements("Compile")
            .Where(e => e.Attribute("Include") is not null)
            .Select(e =>
            {
                var full = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(_path)!, Included(e)));
                return Path.GetRelativePath(Repository.Root, full).Replace('\\', '/');
            });

    private static string Included(XElement element) => ((string)element.Attribute("Include")!).Replace('\\', '/');

    private IEnumerable<XElement> Elements(string name) => _xml.Descendants(name);
}
