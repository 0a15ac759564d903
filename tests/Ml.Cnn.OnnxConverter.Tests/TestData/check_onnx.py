"""Has onnx.checker and strict shape inference accept each file that is named, and looks whether the output's shape was inferred."""
import sys

import onnx
import onnx.checker
import onnx.shape_inference

for path in sys.argv[1:]:
    onnx.checker.check_model(path)
    # Weights of 2 GB and more lie beside the file and are no part of what has a shape: one message could not hold them.
    model = onnx.load(path, load_external_data=False)
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    for output in bare.graph.output:
        output.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(bare, check_type=True, strict_mode=True)
    given, found = (
        [d.dim_param or d.dim_value for d in m.graph.output[0].type.tensor_type.shape.dim] for m in (model, inferred)
    )
    # A symbol of the batch's length may be another after a reshaping.
    assert len(given) == len(found) and given[1:] == found[1:], f"{path}: {found} was inferred and {given} is declared"
    print(f"{path}: {len(model.graph.node)} nodes, {len(inferred.graph.value_info)} shapes inferred")
