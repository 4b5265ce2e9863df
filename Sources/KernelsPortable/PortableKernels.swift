/// Kernels that every processor of the architecture can run, and the plain statement of what the others
/// compute.
package enum PortableKernels {}
