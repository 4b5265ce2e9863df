import Kernels
import Testing
import Threading

@Suite struct MatMulNBitsTests {
    static let pool = ThreadPool(threads: 2)

    /// Every instruction set, AVX-512 with every kind of tile.
    static let tables = InstructionSet.supported.flatMap { set in
        set == .avx512
            ? NBitsTile.allCases.map { KernelTable(set, nbitsTile: $0) } : [KernelTable(set)]
    }

    /// Rows about the tile's edges, columns about the panel's, depths with and without tails.
    static let shapes: [NBitsCase] = {
        var cases: [NBitsCase] = []
        for rows in [1, 2, 3, 4, 5, 6, 7, 8, 9, 17] {
            for (columns, depth) in [(1, 16), (15, 48), (16, 512), (17, 100), (33, 544), (70, 1030)] {
                for blockSize in [16, 32, 64, 128, 256] {
                    cases.append(NBitsCase(rows: rows, columns: columns, depth: depth, blockSize: blockSize))
                }
            }
        }
        for (columns, depth) in [(47, 250), (63, 256), (64, 257), (65, 264), (128, 768), (145, 330)] {
            for blockSize in NBitsWeights.blockSizes {
                cases.append(NBitsCase(rows: 13, columns: columns, depth: depth, blockSize: blockSize))
            }
        }
        cases.append(NBitsCase(rows: 0, columns: 8, depth: 32))
        cases.append(NBitsCase(rows: 3, columns: 0, depth: 32))
        cases.append(NBitsCase(rows: 1, columns: 9, depth: 1))
        cases.append(NBitsCase(rows: 1, columns: 40, depth: 4096, blockSize: 16))
        return cases
    }()

    @Test(arguments: tables, [4, 8])
    func quantizedActivations(_ kernels: KernelTable, bits: Int) {
        for (index, var shape) in Self.shapes.enumerated() {
            shape.bits = bits
            shape.zeroPoints = [.absent, .packed][index % 2]
            shape.hasBias = index % 3 == 1
            let data = NBitsData(shape, seed: index)
            let error = relativeError(
                data.product(kernels, quantized: true, pool: Self.pool), data.reference(quantized: true))
            #expect(error < 2e-6, "\(shape)")
        }
    }

    /// Results that are large enough for it, with whole panels at the end and with less of one.
    @Test(arguments: tables, [(40, 1_024), (37, 1_040), (2, 16_400), (40, 1_000)])
    func resultsWrittenPastTheCaches(_ kernels: KernelTable, _ size: (rows: Int, columns: Int)) {
        for hasBias in [false, true] {
            let data = NBitsData(
                NBitsCase(
                    rows: size.rows, columns: size.columns, depth: 16, blockSize: 16, hasBias: hasBias))
            let error = relativeError(
                data.product(kernels, quantized: true, pool: Self.pool), data.reference(quantized: true))
            #expect(error < 2e-6, "\(data.shape)")
        }
    }

    @Test(arguments: InstructionSet.supported, [4, 8])
    func floatActivations(_ set: InstructionSet, bits: Int) {
        let kernels = KernelTable(set)
        for (index, var shape) in Self.shapes.enumerated() {
            shape.bits = bits
            shape.zeroPoints = [.absent, .packed, .floats][index % 3]
            shape.hasBias = index % 2 == 1
            let data = NBitsData(shape, seed: index)
            let error = relativeError(
                data.product(kernels, quantized: false, pool: Self.pool), data.reference(quantized: false))
            #expect(error < 2e-6, "\(shape)")
        }
    }

    /// The same bits as both products and then the activation.
    @Test(arguments: tables)
    func gatedProducts(_ kernels: KernelTable) {
        for (index, rows) in [0, 1, 2, 3, 7, 19].enumerated() {
            for (columns, depth) in [
                (1, 16), (15, 100), (16, 64), (63, 300), (64, 512), (65, 96), (200, 544),
            ] {
                let shape = NBitsCase(
                    rows: rows, columns: columns, depth: depth, blockSize: [16, 32, 64][index % 3],
                    zeroPoints: index % 2 == 0 ? .packed : .absent, hasBias: index % 2 == 1)
                let (gate, up) = (NBitsData(shape, seed: 2 * index), NBitsData(shape, seed: 2 * index + 1))
                let quantized = kernels.quantizeRows(
                    gate.activations.span, rows: rows, depth: depth, blockSize: shape.blockSize, bits: 4,
                    on: Self.pool)
                var expected = gate.product(kernels, quantized: true, pool: Self.pool)
                let factors = gate.withWeights { NBitsProduct($0, bias: $1, owner: gate) }
                var others = up
                others.activations = gate.activations
                let ups = others.product(kernels, quantized: true, pool: Self.pool)
                let gates = expected
                var span = expected.mutableSpan
                kernels.siluProduct(gate: gates.span, up: ups.span, into: &span)
                var found = [Float](repeating: .nan, count: rows * columns)
                var output = found.mutableSpan
                kernels.matMulNBits(
                    quantized, gate: factors, up: up.withWeights { NBitsProduct($0, bias: $1, owner: up) },
                    into: &output, on: Self.pool)
                #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(shape)")
            }
        }
    }

    @Test(arguments: tables, [true, false])
    func resultOfARowIsTheSameForAnyNumberOfRows(_ kernels: KernelTable, quantized: Bool) {
        for blockSize in NBitsWeights.blockSizes {
            for zeroPoints in [NBitsCase.ZeroPoints.absent, .packed] {
                let shape = NBitsCase(
                    rows: 13, columns: 75, depth: 1000, blockSize: blockSize, zeroPoints: zeroPoints,
                    hasBias: true)
                let data = NBitsData(shape)
                let all = data.product(kernels, quantized: quantized, pool: Self.pool)
                for row in 0..<shape.rows {
                    let found = data.row(row).product(kernels, quantized: quantized, pool: Self.pool)
                    let expected = all[row * shape.columns..<(row + 1) * shape.columns]
                    #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "row \(row), \(shape)")
                }
            }
        }
    }

    /// Sums of such products are as far from zero as they get.
    @Test(arguments: tables, [4, 8])
    func largestSums(_ kernels: KernelTable, bits: Int) {
        for blockSize in NBitsWeights.blockSizes {
            for (rows, zeroPoints) in [(1, NBitsCase.ZeroPoints.packed), (9, .packed), (9, .absent)] {
                var shape = NBitsCase(
                    rows: rows, columns: 35, depth: 512, blockSize: blockSize, zeroPoints: zeroPoints)
                shape.bits = bits
                shape.isExtreme = true
                let data = NBitsData(shape)
                let found = data.product(kernels, quantized: true, pool: Self.pool)
                #expect(relativeError(found, data.reference(quantized: true)) < 2e-6, "\(shape)")
            }
        }
    }

    @Test(arguments: InstructionSet.supported)
    func severalProductsOfTheSameRows(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        for rows in [0, 1, 6, 40] {
            var numbers = Numbers(seed: rows)
            let activations = numbers.floats(rows * 200)
            // The last ones are written past the caches, but for one.
            let data = (rows < 40 ? [70, 0, 1, 33] : [1_040, 1_000, 1_024]).map { columns in
                var shape = NBitsCase(rows: rows, columns: columns, depth: 200, hasBias: columns != 33)
                if columns == 1 { shape.zeroPoints = .absent }
                var data = NBitsData(shape)
                data.activations = activations
                return data
            }
            let quantized = kernels.quantizeRows(
                activations.span, rows: rows, depth: 200, blockSize: 32, bits: 4, on: Self.pool)
            let products = data.map { data in
                data.withWeights { NBitsProduct($0, bias: $1, owner: data) }
            }
            let counts = products.map { $0.outputCount(rows: rows) }
            let total = counts.reduce(0, +)
            let memory = CacheLines(total + 1)
            memory.write(0..<total) { kernels.matMulNBits(quantized, products, into: &$0, on: Self.pool) }
            let output = memory.array
            var start = 0
            for (data, count) in zip(data, counts) {
                let expected = data.product(kernels, quantized: true, pool: Self.pool)
                #expect(
                    output[start..<start + expected.count].map(\.bitPattern) == expected.map(\.bitPattern))
                start += count
            }
            #expect(output[total].isNaN)
        }
    }

    @Test(arguments: InstructionSet.supported)
    func zeroAndDenormalBlocks(_ set: InstructionSet) {
        let shape = NBitsCase(rows: 3, columns: 20, depth: 160, blockSize: 32)
        var data = NBitsData(shape)
        for k in 0..<32 { data.activations[k] = 0 }
        for k in 32..<64 { data.activations[k] = .leastNonzeroMagnitude * Float(k) }
        for k in 64..<96 { data.activations[k] *= 1e-36 }
        for k in 160..<192 { data.activations[k] *= 1e30 }
        let error = relativeError(
            data.product(KernelTable(set), quantized: true, pool: Self.pool), data.reference(quantized: true))
        #expect(error < 2e-6)
    }

    @Test(arguments: InstructionSet.supported)
    func groupIndexNamesTheBlockOfEachWeight(_ set: InstructionSet) {
        let shape = NBitsCase(rows: 2, columns: 9, depth: 100)
        let data = NBitsData(shape)
        let groups = (0..<100).map { Int32($0 * 7 % 4) }
        let found = data.product(KernelTable(set), quantized: false, pool: Self.pool, groups: groups)
        #expect(relativeError(found, data.reference(quantized: false, groups: groups)) < 2e-6)
    }
}
