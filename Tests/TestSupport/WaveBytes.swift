/// Bytes of WAV files, right and wrong ones.
package struct WaveBytes {
    package enum Coding: CaseIterable, Sendable {
        case unsigned8, signed16, signed24, signed32, float32, float64, muLaw, aLaw
    }

    package var coding = Coding.signed16
    package var rate = 16_000
    package var channelCount = 1
    /// In place of the true size of the data.
    package var claimedDataSize: UInt32?
    /// In place of the true size of the file less 8.
    package var claimedFileSize: UInt32?

    package init(
        coding: Coding = .signed16, rate: Int = 16_000, channelCount: Int = 1, claimedDataSize: UInt32? = nil,
        claimedFileSize: UInt32? = nil
    ) {
        self.coding = coding
        self.rate = rate
        self.channelCount = channelCount
        self.claimedDataSize = claimedDataSize
        self.claimedFileSize = claimedFileSize
    }

    /// A file whose channels all have `samples`, scaled by 1, ½, ⅓ and so on.
    package func file(_ samples: [Float]) -> [UInt8] {
        let values = samples.flatMap { sample in
            (1...max(1, channelCount)).map { sample / Float($0) }
        }
        return file(data: values.flatMap { encoded($0) })
    }

    package func file(data: [UInt8]) -> [UInt8] {
        header(dataSize: data.count) + data
    }

    /// The 44 bytes (46 for other than integers) before the data.
    package func header(dataSize: Int) -> [UInt8] {
        let (tag, width): (UInt16, Int) =
            switch coding {
            case .unsigned8: (1, 1)
            case .signed16: (1, 2)
            case .signed24: (1, 3)
            case .signed32: (1, 4)
            case .float32: (3, 4)
            case .float64: (3, 8)
            case .aLaw: (6, 1)
            case .muLaw: (7, 1)
            }
        let frameSize = width * channelCount
        let format =
            bytes(tag) + bytes(UInt16(channelCount)) + bytes(UInt32(rate))
            + bytes(UInt32(truncatingIfNeeded: rate * frameSize))
            + bytes(UInt16(truncatingIfNeeded: frameSize))
            + bytes(UInt16(8 * width)) + (tag == 1 ? [] : bytes(UInt16(0)))
        let rest =
            Array("WAVEfmt ".utf8) + bytes(UInt32(format.count)) + format + Array("data".utf8)
            + bytes(claimedDataSize ?? UInt32(dataSize))
        return Array("RIFF".utf8) + bytes(claimedFileSize ?? UInt32(rest.count + dataSize)) + rest
    }

    private func encoded(_ value: Float) -> [UInt8] {
        func integer(_ scale: Double) -> Double { (Double(value) * scale).rounded() }
        switch coding {
        case .unsigned8: return [UInt8(128 + integer(127))]
        case .signed16: return bytes(UInt16(bitPattern: Int16(integer(32_767))))
        case .signed24: return Array(bytes(UInt32(bitPattern: Int32(integer(8_388_607))))[0..<3])
        case .signed32: return bytes(UInt32(bitPattern: Int32(integer(2_147_483_647))))
        case .float32: return bytes(value.bitPattern)
        case .float64: return bytes(Double(value).bitPattern)
        case .muLaw: return [muLaw(Int(integer(32_635)))]
        case .aLaw: return [aLaw(Int(integer(32_635)))]
        }
    }

    /// ITU-T G.711 µ-law of a 16-bit sample.
    private func muLaw(_ sample: Int) -> UInt8 {
        let magnitude = min(abs(sample), 32_635) + 132
        let exponent = magnitude.bitWidth - 1 - magnitude.leadingZeroBitCount - 7
        let mantissa = (magnitude >> (exponent + 3)) & 0xF
        return ~UInt8((sample < 0 ? 0x80 : 0) | exponent << 4 | mantissa)
    }

    /// ITU-T G.711 A-law of a 16-bit sample.
    private func aLaw(_ sample: Int) -> UInt8 {
        let magnitude = abs(sample) >> 3
        let exponent = magnitude < 32 ? 0 : magnitude.bitWidth - 1 - magnitude.leadingZeroBitCount - 4
        let mantissa = (exponent == 0 ? magnitude >> 1 : magnitude >> exponent) & 0xF
        return UInt8((sample < 0 ? 0 : 0x80) | exponent << 4 | mantissa) ^ 0x55
    }
}

/// The bytes of an integer, least first.
package func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<(value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
