using FileService.Commands;

return await CommandLine.RunAsync(args);
