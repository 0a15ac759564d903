// libtorch's thread count, its random state and the count of live tensors belong to the process.
[assembly: DoNotParallelize]
