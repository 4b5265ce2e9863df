/// Version of this engine, as its profiles tell it.
package let engineVersion = "0.1.0"
