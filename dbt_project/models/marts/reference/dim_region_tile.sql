select
    tile.region_code,
    region.region_name,
    tile.tile_row,
    tile.tile_column,
    tile.source as method
from {{ ref('stg_county__tiles') }} as tile
left join {{ ref('dim_region') }} as region
    on tile.region_code = region.region_code
