# SPDX-License-Identifier: Apache-2.0
"""The parts of the structure gate (tools/lint/structure.py); one module per kind of rule."""
