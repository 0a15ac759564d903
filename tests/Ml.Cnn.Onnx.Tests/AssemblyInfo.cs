// The models are trained once and shared.
[assembly: DoNotParallelize]
