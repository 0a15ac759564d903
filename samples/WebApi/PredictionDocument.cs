using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace WebApi;

/// <summary>What the OpenAPI document says beyond what the endpoints' types tell: the bodies, which are read by hand.</summary>
internal static class PredictionDocument
{
    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "MlCnn", Version = "v1", Description = "Says which class an image belongs to." };
            document.Servers = []; // wherever it is served from
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.RequestBody = operation.OperationId switch
            {
                "predict" => Body(several: false),
                "predictBatch" => Body(several: true),
                _ => operation.RequestBody,
            };
            return Task.CompletedTask;
        });
    }

    private static OpenApiRequestBody Body(bool several)
    {
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        var field = several ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = file } : file;
        return new()
        {
            Required = true,
            Description = "A JPEG, PNG, WebP, BMP or GIF file as the body, or as the file of a form.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["image/*"] = new() { Schema = file },
                ["multipart/form-data"] = new()
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema> { [several ? "images" : "image"] = field },
                    },
                },
            },
        };
    }
}
