internal import CSIMD

/// The clock of recorded events.
package enum MonotonicClock {
    /// Nanoseconds since some moment in the past; never jumps, and is the same for all threads.
    package static var now: UInt64 { csimd_nanoseconds() }
}
