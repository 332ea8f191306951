#!/usr/bin/env python3
"""Makes the import fixtures and what each must give: python3 tests/data/import/make.py

One cell of our own making (2.0 Ah nominal, 1.6 Ah left) in every dialect and with every trap.
The expected values come from this script's own arithmetic, never from the importer.
"""
import datetime
import gzip
import io
import json
import math
import os
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
CAPACITY = 1.6


def open_circuit(soc):
    """A plausible curve, rising from 3.0 V to 4.15 V."""
    return 3.55 + 0.5 * soc + 0.1 * math.tanh(25 * (soc - 0.03)) - 0.55 * math.exp(-40 * soc)


def cycle(start=0.0, dt=60.0, charge_a=0.8, discharge_a=-0.8, capacity=CAPACITY, to_soc=1.0, stop_soc=0.0):
    """Rows (time, current, voltage, state, charged, discharged) of one CC-CV charge and discharge.

    Each step's end is logged, as cyclers do; counters restart per cycle.
    """
    rows, t, soc, cha, dch = [], start, 0.0, 0.0, 0.0

    def row(i, state):
        rows.append((t, i, open_circuit(max(soc, 0)) + 0.05 * i, state, cha, dch))

    row(0.0, 'R')
    for _ in range(3):
        t += dt
        row(0.0, 'R')
    limit_soc = 0.92 * to_soc
    while soc < limit_soc - 1e-12:
        step = min(dt, (limit_soc - soc) * capacity / charge_a * 3600)
        t += step
        soc += charge_a * step / 3600 / capacity
        cha += charge_a * step / 3600
        row(charge_a, 'C')
    v_cv = rows[-1][2]
    if to_soc == 1.0:
        left = (1 - soc) * capacity
        # Exponential tail that moves what is left, by trapezoids, so that the sum is exact.
        n = 30
        shape = [math.exp(-3.0 * k / n) for k in range(n + 1)]
        area = sum(0.5 * (a + b) for a, b in zip(shape, shape[1:]))
        dt_cv = left * 3600 / (charge_a * area)
        for k in range(1, n + 1):
            t += dt_cv
            moved = 0.5 * charge_a * (shape[k] + shape[k - 1]) * dt_cv / 3600
            soc += moved / capacity
            cha += moved
            rows.append((t, charge_a * shape[k], v_cv, 'C', cha, dch))
    for _ in range(5):
        t += dt
        row(0.0, 'R')
    i = discharge_a
    while soc > stop_soc + 1e-12:
        step = min(dt, (soc - stop_soc) * capacity / -i * 3600)
        t += step
        soc += i * step / 3600 / capacity
        dch += -i * step / 3600
        row(i, 'D')
    for _ in range(3):
        t += dt
        row(0.0, 'R')
    return rows


def write(name, data, expected):
    data = data if isinstance(data, bytes) else data.encode()
    with open(os.path.join(HERE, name), 'wb') as file:
        file.write(data)
    if expected is not None:
        with open(os.path.join(HERE, name + '.json'), 'w') as file:
            json.dump(expected, file, indent=1, ensure_ascii=False)
            file.write('\n')


def ok(dialect, findings=None, charge=CAPACITY, discharge=CAPACITY, encoding='utf-8', number=1, **more):
    return dict(status='ok', dialect=dialect, encoding=encoding, cycle=number, charge_ah=round(charge, 6),
                discharge_ah=round(discharge, 6), findings=findings or {}, **more)


def table(rows, header, form, end='\n'):
    return end.join([header] + [form(*row) for row in rows]) + end


def hms(t):
    return f'{int(t // 3600):02d}:{int(t % 3600 // 60):02d}:{t % 60:06.3f}'


DAY = datetime.datetime(2021, 3, 4, 22, 0, 0)


def clock(t, form='%Y-%m-%d %H:%M:%S'):
    return (DAY + datetime.timedelta(seconds=t)).strftime(form)


def plain(rows, sign=1.0):
    return table(rows, 'Test Time / s,Voltage / V,Current / A',
                 lambda t, i, v, s, c, d: f'{t:.3f},{v:.4f},{sign * i:.6f}')


ROWS = cycle()
STEPS = {'C': '恒流恒压充电', 'D': '恒流放电', 'R': '搁置'}


def steps(rows):
    """Step number of each row and time since its start, the end of the step before counting as zero."""
    number, begin, before, out = 0, rows[0][0], None, []
    for k, row in enumerate(rows):
        if row[3] != before:
            number += 1
            begin = rows[k - 1][0] if k else row[0]
            before = row[3]
        out.append((number, row[0] - begin))
    return out


def traps():
    numbered = list(zip(ROWS, steps(ROWS)))
    chinese = '\r\n'.join(
        ['循环号,工步号,工步类型,步时间(s),绝对时间,总时间(s),电压(V),电流(A),充电容量(Ah),放电容量(Ah)'] +
        [f'1,{n},{STEPS[s]},{st:.3f},{clock(t)},{t:.3f},{v:.4f},{i:.5f},{c:.5f},{d:.5f}'
         for (t, i, v, s, c, d), (n, st) in numbered]) + '\r\n'
    write('01_gbk.csv', chinese.encode('gbk'), ok('neware-cn', encoding='gb18030'))

    basytec = table(ROWS, '~Time[h] DataSet U[V] I[A] Ah[Ah] T1[°C] Cyc-Count'.replace(' ', '\t'),
                    lambda t, i, v, s, c, d: f'{t / 3600:.7f}\t1\t{v:.4f}\t{i:.5f}\t{c - d:.5f}\t25.1\t1', '\r\n')
    write('02_degree.txt', ('Resultfile from Basytec Battery Test System\r\nDate and Time of Data Converting: 04.03.2021\r\n\r\n'
                            + basytec).encode('cp1252'), ok('basytec', encoding='windows-1252'))

    comma = plain(ROWS).replace(',', ';').replace('.', ',')
    write('03_decimal_comma.csv', comma, ok('bdf', decimal_mark=',', delimiter=';'))
    write('03_open_mark.csv', table(ROWS, 'Time (s);Voltage (mV);Current (mA)',
                                    lambda t, i, v, s, c, d: f'{t:.0f};{1000 * v:.0f};{"-" if i < 0 else ""}1,{abs(800 * i):03.0f}'),
          dict(status='error', code='file-ambiguous', what='decimal-mark'))

    body = table(ROWS, 'Test Time,Voltage,Current,Cycle', lambda t, i, v, s, c, d: f'{t:.2f},{v:.4f},{i:.5f},1').split('\n')
    body[1:1] = ['s,V,A,']
    body[100:100] = ['', body[0], 's,V,A,']
    write('04_preamble.csv', 'My lab,,,\nOperator: somebody,,,\nCell: P-7,,,\nComment: 3 cells, see book,,,\n\nRated capacity (Ah): 2.0,,,\n'
          + '\n'.join(body), ok('lab', {'header-repeated': 1}, dialect_free=True, nominal_ah=2.0))

    write('05_milli.csv', table(ROWS, 'Total Time (min),Voltage (mV),Current (mA),Capacity (mAh)',
                                lambda t, i, v, s, c, d: f'{t / 60:.5f},{1000 * v:.1f},{1000 * i:.2f},{1000 * max(c if i > 0 else d, 0):.2f}'),
          ok('', dialect_free=True))
    write('05_milli_unsaid.csv', table(ROWS, 'time,voltage,current', lambda t, i, v, s, c, d: f'{t:.2f},{1000 * v:.1f},{i:.5f}'),
          ok('', {'unit-assumed': 1, 'voltage-unit': 1}, dialect_free=True))

    write('06_reversed.csv', plain(ROWS, -1.0), ok('bdf', {'current-sign': 1}, sign='reversed'))
    maccor = table(ROWS, "Rec#\tCyc#\tStep\tTest (Min)\tStep (Min)\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time",
                   lambda t, i, v, s, c, d: f'1\t0\t1\t{t / 60:.5f}\t0.0\t{c if s == "C" else d:.6f}\t0\t{abs(i):.6f}\t{v:.5f}\t{s}\t1\t{clock(t, "%m/%d/%Y %H:%M:%S")}',
                   '\r\n')
    write('06_unsigned_words.001', "Today's Date 03/05/2021  Date of Test:\t03/04/2021\t Filename:\tC:\\X.001\r\n" + maccor,
          ok('maccor', {'current-sign': 1}, sign='from-state', number=0))
    write('06_unsigned_counters.csv', table(ROWS, 'Test_Time(s),Current(A),Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah),Step_Index',
                                            lambda t, i, v, s, c, d: f'{t:.3f},{abs(i):.5f},{v:.4f},{c:.6f},{d:.6f},1'),
          ok('arbin', {'current-sign': 1}, sign='from-counters'))
    write('06_unsigned_bare.csv', table(ROWS, 'time_s,voltage_v,current_a', lambda t, i, v, s, c, d: f'{t:.3f},{v:.4f},{abs(i):.5f}'),
          ok('', {'current-sign': 1}, sign='from-voltage', dialect_free=True))

    write('07_counters.csv', table(ROWS + [(r[0] + ROWS[-1][0] + 60,) + r[1:] for r in ROWS],
                                   'Test_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah)',
                                   lambda t, i, v, s, c, d: f'{t:.3f},1,{1 + (t > ROWS[-1][0])},{i:.5f},{v:.4f},{1.05 * c:.5f},{1.05 * d:.5f}'),
          ok('arbin', {'capacity-differs': 1}, number=2))

    # Counters that run over the whole file, as Arbin's do.
    total_c, total_d = ROWS[-1][4], ROWS[-1][5]
    again = [(t + ROWS[-1][0] + 60, i, v, s, c + total_c, d + total_d) for t, i, v, s, c, d in ROWS]
    write('07_accumulating.csv', table(ROWS + again, 'Test_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah)',
                                       lambda t, i, v, s, c, d: f'{t:.3f},1,{1 + (t > ROWS[-1][0])},{i:.5f},{v:.4f},{c:.5f},{d:.5f}'),
          ok('arbin', number=2))

    write('08_milliseconds.csv', table(ROWS, 'Date_Time,Test_Time(s),Current(A),Voltage(V)',
                                       lambda t, i, v, s, c, d: f'{clock(t)},{1000 * t:.0f},{i:.5f},{v:.4f}'),
          ok('', {'time-unit': 1}, dialect_free=True))
    write('08_milliseconds_no_clock.csv', table(ROWS, 'Time(s),Current(A),Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah)',
                                                lambda t, i, v, s, c, d: f'{1000 * t:.0f},{i:.5f},{v:.4f},{c:.5f},{d:.5f}'),
          ok('', {'time-unit': 1}, dialect_free=True))
    write('08_milliampere.csv', table(ROWS, 'Time(s),Current(A),Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah)',
                                      lambda t, i, v, s, c, d: f'{t:.2f},{1000 * i:.2f},{v:.4f},{c:.5f},{d:.5f}'),
          ok('', {'current-unit': 1}, dialect_free=True))

    half = next(k for k, r in enumerate(ROWS) if r[3] == 'D')
    start = ROWS[half + 30][0] - 60
    restarting = [((t if k < half + 30 else t - start) + (3e7 if half + 60 <= k else 0), i, v, s, c, d)
                  for k, (t, i, v, s, c, d) in enumerate(ROWS)]
    write('09_restarts.csv', plain(restarting), ok('bdf', {'time-restarts': 1, 'clock-jump': 1}))

    second = [(r[0] + ROWS[-1][0] + 60,) + r[1:] for r in ROWS]
    write('10_constant_cycle.csv', table(ROWS + second, 'Test_Time (s),Cycle_Index,Current (A),Voltage (V)',
                                         lambda t, i, v, s, c, d: f'{t:.3f},6.283185,{i:.5f},{v:.4f}'),
          ok('', number=2, cycles_from='derived', dialect_free=True))

    write('11_bare.csv', table(ROWS, 't,V,I', lambda t, i, v, s, c, d: f'{t:.2f},{v:.4f},{i:.5f}'), ok('', {'unit-assumed': 1}, dialect_free=True))

    write('12_day_first.csv', table(ROWS, 'Date,Voltage (V),Current (A)',
                                    lambda t, i, v, s, c, d: f'{clock(round(t), "%d/%m/%Y %I:%M:%S %p")},{v:.4f},{i:.5f}'),
          ok('', {'date-order': 1}, dialect_free=True, tolerance=0.002))
    write('12_excel_serial.csv', table(ROWS, 'Date,Voltage (V),Current (A)', lambda t, i, v, s, c, d: f'{44259 + 22 / 24 + t / 86400:.9f},{v:.4f},{i:.5f}'),
          ok('', dialect_free=True))
    write('12_datenum.csv', table(ROWS, 'Timestamp,Voltage (V),Current (A)', lambda t, i, v, s, c, d: f'{738219 + 22 / 24 + t / 86400:.9f},{v:.4f},{i:.5f}'),
          ok('', dialect_free=True))
    long = [(r[0] + 23.5 * 3600,) + r[1:] for r in ROWS]
    write('12_long_hours.csv', table(long, 'DataPoint,Cycle Index,Step Type,Total Time,Current(A),Voltage(V)',
                                     lambda t, i, v, s, c, d: f'1,1,{dict(C="CC Chg", D="CC DChg", R="Rest")[s]},{hms(t)},{i:.5f},{v:.4f}'),
          ok('neware'))

    story, number = [], 0
    for change in [dict(charge_a=0.2, discharge_a=-0.2, dt=600.0, capacity=1.75), dict(to_soc=0.5, stop_soc=0.3), dict(capacity=1.62), dict()]:
        number += 1
        begin = story[-1][0] + 60 if story else 0.0
        story += [r + (number,) for r in cycle(start=begin, **change)]
        # Pulses of ten seconds and rows of zeros between the cycles.
        for k in range(3):
            t = story[-1][0]
            story += [(t + 30, 0.0, 0.0, 'R', 0, 0, number), (t + 40, 1.6, 3.4, 'C', 0, 0, number),
                      (t + 50, -1.6, 3.2, 'D', 0, 0, number), (t + 80, 0.0, 3.3, 'R', 0, 0, number)]
    cut = cycle(start=story[-1][0] + 60)
    story += [r + (5,) for r in cut[:len(cut) * 6 // 10]]
    write('13_story.csv', table(story, 'Test_Time (s),Cycle_Index,Current (A),Voltage (V)',
                                lambda t, i, v, s, c, d, n: f'{t:.2f},{n},{i:.5f},{v:.4f}'), ok('', number=4, dialect_free=True))

    ragged = table(ROWS, 'Test_Time(s),Voltage(V),Current(A),Temperature(℃)',
                   lambda t, i, v, s, c, d: f'{t:.2f},\u00a0{v:.4f},{i:.5f},25.0').split('\n')
    for at, what in [(40, 'NaN'), (41, '--'), (42, ''), (60, '-')]:
        parts = ragged[at].split(',')
        parts[1] = what
        ragged[at] = ','.join(parts)
    ragged[50] = ragged[50] + ',,extra'
    ragged[51] = ragged[51].split(',')[0]
    ragged.pop()
    ragged.append('19')
    write('14_ragged.csv', '\n'.join(ragged), ok('', {'voltage-missing': 4, 'current-missing': 2}, dialect_free=True))

    write('16_apart_charge.csv', plain([r for r in ROWS if r[3] == 'C']), dict(status='error', code='no-full-cycle'))
    write('16_apart_discharge.csv', plain([r for r in ROWS if r[3] == 'D']), dict(status='error', code='no-full-cycle'))


def dialects():
    rows = cycle(dt=120.0)
    numbered = list(zip(rows, steps(rows)))
    archive = table(rows, 'Date_Time,Test_Time (s),Cycle_Index,Current (A),Voltage (V),Charge_Capacity (Ah),Discharge_Capacity (Ah),Charge_Energy (Wh),Discharge_Energy (Wh),Environment_Temperature (C),Cell_Temperature (C)',
                    lambda t, i, v, s, c, d: f'{clock(t)},{t:.3f},1.0,{i:.5f},{v:.4f},{c:.5f},{d:.5f},0.0,0.0,,')
    write('battery_archive.csv', archive, ok('battery-archive'))
    write('battery_archive.csv.gz', gzip.compress(archive.encode(), mtime=0), ok('battery-archive', container='gzip'))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w', zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo('a_cycle_data.csv'), 'Cycle_Index,Start_Time,End_Time,Min_Voltage (V),Max_Voltage (V)\n1,0,1,3.0,4.2\n')
        info = zipfile.ZipInfo('a_timeseries.csv')
        info.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(info, archive)
    write('battery_archive.zip', packed.getvalue(), ok('battery-archive', container='zip'))
    write('bdf_machine.bdf.csv', table(rows, 'test_time_second,voltage_volt,current_ampere,cycle_count',
                                       lambda t, i, v, s, c, d: f'{t:.3f},{v:.4f},{i:.5f},1'), ok('bdf'))
    write('arbin_spaced.csv', table(rows, 'Data Point,Test Time (s),Date Time,Step Time (s),Step Index,Cycle Index,Current (A),Voltage (V),Charge Capacity (Ah),Discharge Capacity (Ah),dV/dt (V/s),Internal Resistance (Ohm)',
                                    lambda t, i, v, s, c, d: f'1,{t:.3f},{clock(t)},0,1,1,{i:.5f},{v:.4f},{c:.5f},{d:.5f},0,0'), ok('arbin'))
    words = {'C': 'CCCV Chg', 'D': 'CC DChg', 'R': 'Rest'}
    # No total time: the step's own, restarting.
    write('neware_step_time.csv', '\n'.join(['DataPoint,Cycle Index,Step Index,Step Type,Time,Current(mA),Voltage(V),Capacity(mAh),Date'] +
          [f'{k},1,{n},{words[s]},{hms(st)},{1000 * i:.2f},{v:.4f},{1000 * (c if s == "C" else d):.2f},{clock(t)}'
           for k, ((t, i, v, s, c, d), (n, st)) in enumerate(numbered)]) + '\n', ok('neware'))
    layered, last = ['Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh)', ',Step ID,Step Name,Step Time,Start Volt(V)', ',,Record ID,Time(H:M:S:ms),Vol(V),Cur(mA),Cap(mAh)', '1,1600,1600'], 0
    for k, ((t, i, v, s, c, d), (n, st)) in enumerate(numbered):
        if n != last:
            layered.append(f',{n},{words[s]},00:00:00,3.0')
            last = n
        layered.append(f',,{k + 1},{hms(st)[:8]}:{hms(st)[9:]},{v:.4f},{1000 * abs(i):.2f},{1000 * (c if s == "C" else d):.2f}')
    write('neware_layered.csv', '\n'.join(layered) + '\n', ok('neware', {'current-sign': 1}, sign='from-state'))
    mpt = 'EC-Lab ASCII FILE\r\nNb header lines : 6                          \r\n\r\nGalvanostatic Cycling with Potential Limitation\r\n\r\n'
    mpt += table(rows, 'mode\tox/red\terror\ttime/s\tcontrol/V/mA\tEcell/V\t<I>/mA\t(Q-Qo)/mA.h\tcycle number',
                 lambda t, i, v, s, c, d: f'1\t1\t0\t{t:.6E}\t0\t{v:.5f}\t{1000 * i:.4f}\t{1000 * (c - d):.4f}\t0.0', '\r\n').replace('.', ',').replace('mA,h', 'mA.h')
    write('biologic.mpt', mpt.encode('latin-1'), ok('biologic', decimal_mark=',', number=0))
    landt = 'LANDT battery test,,,,,\r\nChannel: 3,,,,,\r\n' + table(rows, 'Record,SysTime,TestTime/Sec.,Mode,Current/mA,Voltage/V,Capacity/mAh,SpeCapacity/mAh/g',
            lambda t, i, v, s, c, d: f'1,{clock(t)},{t:.1f},{dict(C="C_CC", D="D_CC", R="R")[s]},{1000 * i:.2f},{v:.4f},{1000 * (c if s == "C" else d):.2f},0', '\r\n')
    write('landt.csv', landt, ok('landt', tolerance=0.002))
    novonix = '[Summary]\nNovonix HPC data file\nCell: N-3\nCapacity (Ah): 2.0\n[End Summary]\n[Data]\n'
    novonix += table(rows, '"Date and Time,Cycle Number,Step Type,Run Time (h),Step Time (h),Current (A),Potential (V),Capacity (Ah),Temperature (°C)"',
                     lambda t, i, v, s, c, d: f'"{clock(t, "%Y-%m-%d %I:%M:%S %p")},1,1,{t / 3600:.7f},0,{i:.6f},{v:.5f},{c if s == "C" else d:.5f},25.0"')
    write('novonix.csv', '\ufeff' + novonix, ok('novonix', nominal_ah=2.0))
    digatron = 'Digatron Power Electronics;;;;;;;\n;;;;;;;\n' + table(rows, 'Step;Status;Prog Time;Step Time;Cycle;Procedure;Voltage;Current;AhAccu;AhCha;AhDch',
               lambda t, i, v, s, c, d: f'1;{dict(C="CHA", D="DCH", R="PAU")[s]};{hms(t)};{hms(t)};1;P;{v:.4f};{i:.4f};{c - d:.4f};{c:.4f};{d:.4f}').replace('AhDch\n', 'AhDch\n;;;;;;V;A;Ah;Ah;Ah\n', 1)
    write('digatron.csv', '\ufeff' + digatron, ok('digatron'))
    pec = 'TestRegime Name:,X.rgm\nTest:,1\n\n' + table(rows, 'Test,Cell,Cycle,Step,Total Time (Seconds),Step Time (Seconds),Charge Capacity (mAh),Discharge Capacity (mAh),Voltage (mV),Current (mA)',
          lambda t, i, v, s, c, d: f'1,1,1,1,{t:.2f},0,{1000 * c:.2f},{1000 * d:.2f},{1000 * v:.2f},{1000 * i:.2f}')
    write('pec.csv', pec, ok('pec'))
    write('nasa.csv', table(rows, 'Voltage_measured,Current_measured,Temperature_measured,Current_charge,Voltage_charge,Time',
                            lambda t, i, v, s, c, d: f'{v:.5f},{i:.6f},24.0,{i:.3f},{v:.2f},{t:.3f}'), ok('nasa'))
    write('two_cells.csv', table(rows, ',test_time_s,voltage_v,current_1,current_2',
                                 lambda t, i, v, s, c, d: f'1,{t:.3f},{v:.4f},{i:.6f},{0.9 * i:.6f}'), ok('lab', cells=2))
    write('chinese_mah.csv', ('\r\n'.join(['循环序号,工步序号,工步类型,测试时间,系统时间,电压(V),电流/mA,容量/mAh,比容量/mAh/g'] +
          [f'1,{n},{STEPS[s]},{hms(t)},{clock(t)},{v:.4f},{1000 * i:.2f},{1000 * (c if s == "C" else d):.2f},0'
           for (t, i, v, s, c, d), (n, st) in numbered]) + '\r\n').encode('gbk'), ok('neware-cn', encoding='gb18030'))
    # Twelve lines above the table, direction in `Md`, seconds.
    preamble = ''.join(f'{key}:\t{key.lower()}\n' for key in ["Today's Date", 'Date of Test', 'Filename', 'Procedure', 'Comment/Barcode', 'Channel', 'Test Name', 'Operator', 'Station', 'Version', 'Notes']) + '\n'
    write('maccor_long.078', preamble + table(rows, 'Rec\tCycle P\tCycle C\tStep\tTest Time (Sec)\tStep Time (Sec)\tCap. [Ah]\tEner. [Wh]\tCurrent [A]\tVoltage [V]\tMd\tES\tDPT Time',
          lambda t, i, v, s, c, d: f'1\t1\t1\t1\t{t:.2f}\t0\t{c if s == "C" else d:.6f}\t0\t{abs(i):.6f}\t{v:.5f}\t{s}\t1\t{clock(t)}'),
          ok('maccor', {'current-sign': 1}, sign='from-state'))
    write('blanks.txt', table(rows, '# time voltage current', lambda t, i, v, s, c, d: f'{t:.3f} {v:.4f} {i:.6f}'), ok('lab', {'unit-assumed': 1}, dialect_free=True))
    write('blanks_padded.txt', 'Lab 3, bench 2\n\n' + table(rows, '      Test Time (s)   Voltage (mV)   Current (mA)', lambda t, i, v, s, c, d: f'{t:19.3f}{1000 * v:15.1f}{1000 * i:15.3f}'),
          ok('', dialect_free=True, delimiter=' '))
    write('pulse_features.csv', 'Mat,No.,Qn,Q,SOH,SOC,' + ','.join(f'U{k}' for k in range(1, 22)) + '\n' + ''.join(f'NMC,{n},2.1,1.7,0.81,0.2,' + ','.join('3.6' for _ in range(21)) + '\n' for n in range(9)),
          dict(status='error', code='pulse-table'))
    write('worksteps.csv', ('工步号,工步类型,状态,起始电压(V),结束电压(V),容量(Ah)\n' + ''.join(f'{n},恒流充电,完成,3.1,4.2,1.7\n' for n in range(9))).encode('gbk'),
          dict(status='error', code='pulse-table'))
    utf16 = table(rows, 'Time / s\tVoltage / V\tCurrent / A', lambda t, i, v, s, c, d: f'{t:.2f}\t{v:.4f}\t{i:.5f}')
    write('utf16.txt', utf16.encode('utf-16'), ok('', dialect_free=True, encoding='utf-16le'))
    arbin_workbook('arbin.xlsx', rows, ok('arbin', container='xlsx'))
    head = ['循环号', '工步号', '工步类型', '时间', '总时间', '电流(mA)', '电压(V)', '容量(mAh)', '绝对时间']
    workbook('neware.xlsx', [('test', [['TEST REPORT']]), ('record', [head] + [[1, n, STEPS[s], hms(st), hms(t), round(1000 * i, 2), round(v, 4), round(1000 * (c if s == 'C' else d), 2), clock(t)]
             for (t, i, v, s, c, d), (n, st) in numbered])], ok('neware-cn', container='xlsx'))
    write('neware.nda', b'NEWARE' + bytes(600), dict(status='error', code='file-binary'))
    write('summary_cycle_data.csv', 'Cycle_Index,Start_Time,End_Time,Test_Time (s),Min_Current (A),Max_Current (A),Min_Voltage (V),Max_Voltage (V)\n1,,,100,-1,1,3,4.2\n2,,,200,-1,1,3,4.2\n',
          dict(status='error', code='file-without-curves'))
    write('headless.csv', '\n'.join(f'{t:.1f},{v:.4f},{i:.4f}' for t, i, v, *_ in rows[:40]) + '\n', dict(status='error', code='file-without-header'))
    write('two_voltages.csv', table(rows, 'Time (s),Voltage (V),Voltage (V),Current (A)', lambda t, i, v, s, c, d: f'{t:.1f},{v:.4f},{v + 0.1:.4f},{i:.4f}'),
          dict(status='error', code='file-ambiguous', what='voltage'))
    write('no_current.csv', table(rows, 'Time (s),Voltage (V),Temperature (C)', lambda t, i, v, s, c, d: f'{t:.1f},{v:.4f},25'),
          dict(status='error', code='columns-missing'))


def arbin_workbook(name, rows, expected):
    """An info sheet, the channel in two sheets and Arbin's statistics."""
    head = ['Data_Point', 'Test_Time(s)', 'Date_Time', 'Step_Index', 'Cycle_Index', 'Current(A)', 'Voltage(V)', 'Charge_Capacity(Ah)', 'Discharge_Capacity(Ah)']
    serial = 44259 + 22 / 24
    data = [[k + 1, round(t, 3), round(serial + t / 86400, 8), 1, 1, round(i, 5), round(v, 4), round(c, 5), round(d, 5)] for k, (t, i, v, s, c, d) in enumerate(rows)]
    cut = len(data) // 2
    workbook(name, [('Info', [['TEST REPORT']]), ('Channel_1-002', [head] + data[:cut]), ('Channel_1-002_2', [head] + data[cut:]),
                    ('Statistics_1-002', [['Cycle_Index', 'Test_Time(s)', 'Current(A)', 'Voltage(V)', 'Vmax_On_Cycle(V)'], [1, 100.0, 0.0, 3.0, 4.2]])], expected, formula=6)


def workbook(name, sheets, expected, formula=None):
    """A workbook with shared strings; the values of one column are results of formulas."""
    strings = sorted({value for _, lines in sheets for line in lines for value in line if isinstance(value, str)})

    def sheet(lines):
        out = ['<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>']
        for n, line in enumerate(lines, 1):
            cells = ''
            for k, value in enumerate(line):
                ref = f'{chr(65 + k)}{n}'
                if isinstance(value, str):
                    cells += f'<c r="{ref}" t="s"><v>{strings.index(value)}</v></c>'
                elif k == formula:
                    cells += f'<c r="{ref}"><f>1+1</f><v>{value}</v></c>'
                else:
                    cells += f'<c r="{ref}"><v>{value}</v></c>'
            out.append(f'<row r="{n}">{cells}</row>')
        return ''.join(out) + '</sheetData></worksheet>'

    main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
    office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
    parts = {
        '[Content_Types].xml': '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        'xl/workbook.xml': f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>' + ''.join(f'<sheet name="{n}" sheetId="{k}" r:id="rId{k}"/>' for k, (n, _) in enumerate(sheets, 1)) + '</sheets></workbook>',
        'xl/_rels/workbook.xml.rels': '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' + ''.join(f'<Relationship Id="rId{k}" Type="x" Target="worksheets/sheet{k}.xml"/>' for k in range(1, len(sheets) + 1)) + '</Relationships>',
        'xl/sharedStrings.xml': f'<sst xmlns="{main}">' + ''.join(f'<si><t>{s}</t></si>' for s in strings) + '</sst>',
    }
    for k, (_, lines) in enumerate(sheets, 1):
        parts[f'xl/worksheets/sheet{k}.xml'] = sheet(lines)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w', zipfile.ZIP_DEFLATED) as file:
        for part, text in parts.items():
            info = zipfile.ZipInfo(part)
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, text)
    write(name, packed.getvalue(), expected)


if __name__ == '__main__':
    traps()
    dialects()
