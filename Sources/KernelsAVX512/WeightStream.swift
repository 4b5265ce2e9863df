#if arch(x86_64)
    internal import CSIMD

    /// What a thread asks of memory while it reads weights from the first to the last byte.
    enum WeightStream {
        /// How far ahead lines are asked for one by one: the hardware's own prefetching is too short-sighted.
        static var bytesAhead: Int { 6_144 }

        /// Asks for the first lines of the page after the next one, once in each page: the hardware follows a stream
        /// only to the end of a page, and begins anew with some lines of the next. Behind the weights' end that is no
        /// access, and does no harm.
        ///
        /// - Parameters:
        ///   - address: of what is read now.
        ///   - byteCount: of what is read now; as much in each call.
        @inline(__always)
        static func begin(_ address: UnsafeRawPointer, _ byteCount: Int) {
            let place = Int(bitPattern: address) & (pageSize &- 1)
            if place >= byteCount { return }
            let page = address + (2 &* pageSize &- place)
            csimd_prefetch_l2(page)
            csimd_prefetch_l2(page + 64)
            csimd_prefetch_l2(page + 128)
            csimd_prefetch_l2(page + 192)
            csimd_prefetch_l2(page + 256)
            csimd_prefetch_l2(page + 320)
        }

        private static var pageSize: Int { 4_096 }
    }
#endif
