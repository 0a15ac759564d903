return MlCnn.Cli.CommandLine.Run(args);
