internal import CMappedFaults

/// What happens when a mapped file is cut short, or its disk fails, while it is in use.
///
/// Reading such a page raises SIGBUS, which would end the process without a word.
package enum MappedFileFaults {
    /// Installs a handler that writes the file's path and sizes to standard error and exits with 78, for
    /// faults in any ``MappedFile``. Others go on to the handler that was there before. For programs; once
    /// is enough.
    package static func install() {
        // It cannot fail for this signal; without the handler, the signal ends the process as ever.
        _ = mapped_faults_install()
    }
}
