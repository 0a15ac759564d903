// libtorch's thread count and its random state belong to the process.
[assembly: DoNotParallelize]
