import Tensors
import Testing

@Suite struct GrowingTensorTests {
    private func counting(_ shape: Shape, from start: Int) -> Tensor {
        Tensor((0..<shape.elementCount).map { Float(start + $0) }, shape: shape)
    }

    /// Grown step by step, from strided parts too, it is what concatenating the parts gives.
    @Test(arguments: [1, 2, 3, 8], [1, 5, 16])
    func partsFollowEachOther(capacity: Int, size: Int) throws {
        let growing = GrowingTensor(axis: 2, capacity: capacity)
        var expected = [[Float]](repeating: [], count: 3)
        var views: [(Tensor, [Float])] = []
        for (step, count) in [2, 1, 0, 3, 1, 1].enumerated() {
            // Heads last in memory, as projections have them.
            let part = counting([1, count, 3, size], from: step * 1_000).transposed([0, 2, 1, 3])
            let all = try #require(growing.append(part))
            for head in 0..<3 {
                expected[head] += part.selecting(axis: 1, index: head).array(Float.self)
            }
            #expect(all.shape == [1, 3, expected[0].count / size, size])
            #expect(all.array(Float.self) == expected.flatMap { $0 })
            views.append((all, expected.flatMap { $0 }))
        }
        #expect(growing.count == 8)
        for (view, content) in views { #expect(view.array(Float.self) == content) }
    }

    @Test func otherShapesAndTypesAreRefused() throws {
        let growing = GrowingTensor(axis: 1, capacity: 4)
        #expect(growing.append(counting([3], from: 0)) == nil)
        #expect(growing.append(counting([2, 1, 3], from: 0)) != nil)
        #expect(growing.append(counting([2, 1, 4], from: 0)) == nil)
        #expect(growing.append(counting([1, 1, 3], from: 0)) == nil)
        #expect(growing.append(Tensor([1, 2, 3, 4, 5, 6] as [Int32], shape: [2, 1, 3])) == nil)
        #expect(growing.append(counting([2, 5, 3], from: 0))?.shape == [2, 6, 3])
    }
}
