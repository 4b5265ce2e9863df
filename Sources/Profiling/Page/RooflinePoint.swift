internal import Transcription

/// What one kernel reached in one stage.
struct RooflinePoint {
    let stage: String
    let kernel: String
    let color: ChartColor
    /// What is said of it; the last line is how near it is to its limit.
    let hint: String
    let isInt8: Bool
    /// Seconds of all calls, median of the repeats.
    let time: Double
    /// Of all stages' time, loading left out.
    let share: Double
    /// Per second; 0 for what only moves data.
    let operations: Double
    /// Per second, read and written.
    let bytes: Double

    /// Operations for each byte.
    var intensity: Double { operations / bytes }

    /// - Parameter color: nil for the stage's own.
    init?(_ row: ProfileRow, of total: Double, limits: Profile.Limits?, color: ChartColor?, engine: String?) {
        let work = row.work
        time = row.time.median
        guard !row.isOverhead, time > 0, work.bytes > 0 else { return nil }
        stage = row.stage
        kernel = row.name
        self.color = color ?? ChartColor(stage: row.stage)
        isInt8 = work.int8Operations > work.float32Operations
        share = total > 0 ? time / total : 0
        operations = (work.float32Operations + work.int8Operations) / time
        bytes = work.bytes / time
        var lines = [
            "\(row.name), \(row.stage)\(engine.map { ", " + $0 } ?? "")",
            "\(Quantity.time(time)) in \(row.calls) calls, \(Quantity.share(share)) of the time",
        ]
        if operations > 0 {
            let unit = isInt8 ? "GOP/s" : "GFLOP/s"
            lines.append("\(Quantity.digits(operations / 1e9)) \(unit), \(Quantity.digits(bytes / 1e9)) GB/s")
            lines.append("\(Quantity.digits(operations / bytes)) operations per byte")
        } else {
            lines.append("\(Quantity.digits(bytes / 1e9)) GB/s")
        }
        if let limits, let bound = work.bound(limits) {
            lines.append("\(Quantity.share(bound.seconds / time)) of the limit by \(bound.limit.rawValue)")
        }
        hint = lines.joined(separator: "\n")
    }

    /// All kernels of a profile, the longest first.
    static func all(
        _ profile: Profile, limits: Profile.Limits?, color: ChartColor? = nil, engine: String? = nil
    ) -> [RooflinePoint] {
        let total = profile.transcriptionTime
        return profile.rows(by: .kernel).compactMap {
            RooflinePoint($0, of: total, limits: limits, color: color, engine: engine)
        }.sorted { $0.time > $1.time }
    }
}

extension Profile {
    /// Seconds of all stages but loading, which is done once for any number of transcriptions.
    var transcriptionTime: Double {
        stages.filter { $0.name != "load" }.reduce(0) { $0 + Statistics($1.times).median }
    }
}
