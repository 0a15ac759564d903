// Says what is in an image: POST /predict, POST /predict/batch, and a page at /.
//
//   dotnet run --project samples/WebApi                                        trains a model of digits first, if there is no model.zip
//   dotnet run --project samples/WebApi -- --Predictor:ModelPath=flowers.zip   with a model of your own
//   dotnet run --project samples/WebApi -- --Telemetry:Console=true            traces and metrics on the console
//
// All settings: appsettings.json, environment variables (Predictor__ModelPath), or as above. docs/serving.md tells of them.

using WebApi;

NativeMemory.UseOneArena();
var app = WebApp.Create(args);
FirstModel.TrainIfMissing(app);
app.Run();
